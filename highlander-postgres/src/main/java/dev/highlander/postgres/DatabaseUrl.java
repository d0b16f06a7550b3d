package dev.highlander.postgres;

import java.util.Properties;
import org.postgresql.PGProperty;

/**
 * Where a database is, as the driver wants to hear it: a URL without secrets, and properties with them.
 *
 * <p>Read from any of the usual forms of {@code DATABASE_URL}: {@code postgres://} and {@code postgresql://} as libpq
 * writes them, {@code jdbc:postgresql:} as the driver does. No password is ever part of {@link #toString()} or of the
 * message of an exception.
 */
public final class DatabaseUrl {
    private final String jdbcUrl;
    private final Properties properties;

    DatabaseUrl(String jdbcUrl, Properties properties) {
        this.jdbcUrl = jdbcUrl;
        this.properties = properties;
    }

    /**
     * Reads {@code text}.
     *
     * @throws IllegalArgumentException if it is no URL of a Postgres database; its message says what is wrong and what to
     *     write instead
     */
    public static DatabaseUrl parse(String text) {
        return new DatabaseUrlParser(text).parse();
    }

    /** {@code jdbc:postgresql://host:port,host:port/database}; user, password and all parameters are properties. */
    public String jdbcUrl() {
        return jdbcUrl;
    }

    /** How many hosts it names. */
    int hosts() {
        return jdbcUrl.split(",", -1).length;
    }

    /** A copy of all that is not in {@link #jdbcUrl()}, the password included. */
    public Properties properties() {
        Properties copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    /** Whether the URL itself has a password. */
    public boolean hasPassword() {
        return PGProperty.PASSWORD.getOrNull(properties) != null;
    }

    /** The same with that password. */
    public DatabaseUrl withPassword(String password) {
        Properties more = properties();
        PGProperty.PASSWORD.set(more, password);
        return new DatabaseUrl(jdbcUrl, more);
    }

    /** {@link #jdbcUrl()}, which has no secrets. */
    @Override
    public String toString() {
        return jdbcUrl;
    }
}
