package dev.highlander.spring;

import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the application reaches its database, as far as that can be read without a connection.
 *
 * @param origin where that was read, for people
 * @param url a JDBC URL
 * @param properties what the driver is told beside it: user, password and more
 */
public record ApplicationDatabase(String origin, String url, Properties properties) {
    private static final String POSTGRES = "jdbc:postgresql:";
    /** Zero, which the driver's own data source writes into its URL, is none. */
    private static final Pattern SOCKET_TIMEOUT = Pattern.compile("[?&]socketTimeout=0*[1-9]");

    /** A database with a user and a password, if there are any. */
    public static ApplicationDatabase of(String origin, String url, @Nullable String user, @Nullable String password) {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return new ApplicationDatabase(origin, url, properties);
    }

    boolean isPostgres() {
        return url.startsWith(POSTGRES);
    }

    /** What comes between {@code jdbc:} and the next colon, such as {@code h2}. */
    String kind() {
        String[] parts = url.split(":", 3);
        return parts.length > 1 && parts[0].equals("jdbc") ? parts[1] : "unknown";
    }

    /** Whether somebody who waits for an answer of the server gives up at some time. */
    boolean hasSocketTimeout() {
        Object property = properties.get("socketTimeout");
        return SOCKET_TIMEOUT.matcher(url).find()
                || (property != null && !property.toString().equals("0"));
    }

    /** Neither URL nor properties, which may have secrets. */
    @Override
    public String toString() {
        return kind() + " of " + origin;
    }
}
