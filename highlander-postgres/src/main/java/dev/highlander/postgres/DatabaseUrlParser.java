package dev.highlander.postgres;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGProperty;

/**
 * Reads one URL.
 *
 * <p>Anything in a URL that is not well-formed may be a piece of a password with an unescaped {@code /}, {@code ?},
 * {@code :} or {@code @}: messages quote nothing but what can't be one.
 */
final class DatabaseUrlParser {
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*", Pattern.DOTALL);
    private static final Pattern PARAMETER_NAME = Pattern.compile("[A-Za-z][A-Za-z_]{0,40}");
    private static final String JDBC = "jdbc:postgresql:";
    private static final int DEFAULT_PORT = 5432;
    private static final String EXAMPLE =
            "Write postgres://user@host:5432/database or jdbc:postgresql://host:5432/database.";
    private static final String ESCAPE =
            "If the user or the password has one of / ? : @ # %, write it percent-encoded, as in %2F for /.";

    private final String text;
    private final Properties properties = new Properties();
    private boolean jdbc;
    private String hosts = "";
    private String ports = "";
    private String database = "";

    DatabaseUrlParser(String text) {
        this.text = text.strip();
    }

    DatabaseUrl parse() {
        String rest = withoutScheme();
        int query = rest.indexOf('?');
        if (query >= 0) {
            parameters(rest.substring(query + 1));
            rest = rest.substring(0, query);
        }
        if (rest.startsWith("//")) {
            String afterSlashes = rest.substring(2);
            int slash = afterSlashes.indexOf('/');
            authority(slash < 0 ? afterSlashes : afterSlashes.substring(0, slash));
            rest = slash < 0 ? "" : afterSlashes.substring(slash + 1);
        }
        if (rest.indexOf('@') >= 0) {
            throw new IllegalArgumentException("The database URL has an @ after the host. " + ESCAPE);
        }
        String path = decode("database", jdbc && rest.startsWith("/") ? rest.substring(1) : rest);
        if (!path.isEmpty()) {
            database = path;
        }
        return new DatabaseUrl(
                "jdbc:postgresql://" + addresses() + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8),
                properties);
    }

    private String withoutScheme() {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("The database URL is empty. " + EXAMPLE);
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith(JDBC)) {
            jdbc = true;
            return text.substring(JDBC.length());
        }
        for (String scheme : List.of("postgres:", "postgresql:")) {
            if (lower.startsWith(scheme + "//")) {
                return text.substring(scheme.length());
            }
        }
        Matcher other = SCHEME.matcher(text);
        if (other.matches() && text.startsWith("://", other.end(1))) {
            throw new IllegalArgumentException("The database URL has the scheme \"" + other.group(1)
                    + "\", which is none of Postgres. " + EXAMPLE);
        }
        if (lower.startsWith("jdbc:")) {
            throw new IllegalArgumentException("The database URL is a JDBC URL, but not one of Postgres. " + EXAMPLE);
        }
        throw new IllegalArgumentException("The database URL has no scheme. " + EXAMPLE);
    }

    private void authority(String authority) {
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            String userInfo = authority.substring(0, at);
            int colon = userInfo.indexOf(':');
            String user = decode("user", colon < 0 ? userInfo : userInfo.substring(0, colon));
            if (!user.isEmpty()) {
                PGProperty.USER.set(properties, user);
            }
            if (colon >= 0) {
                PGProperty.PASSWORD.set(properties, decode("password", userInfo.substring(colon + 1)));
            }
        }
        String list = authority.substring(at + 1);
        if (list.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>();
        List<String> numbers = new ArrayList<>();
        for (String one : list.split(",", -1)) {
            int end = endOfHost(one);
            names.add(decode("host", one.substring(0, end)));
            numbers.add(one.substring(Math.min(one.length(), end + 1)));
        }
        hosts = String.join(",", names);
        ports = String.join(",", numbers);
    }

    private static int endOfHost(String address) {
        boolean bracketed = address.startsWith("[");
        int colon = address.indexOf(':', bracketed ? address.indexOf(']') + 1 : 0);
        int end = bracketed ? address.indexOf(']') + 1 : colon < 0 ? address.length() : colon;
        if (bracketed ? end == 0 || (end < address.length() && colon != end) : address.indexOf(':', end + 1) >= 0) {
            throw new IllegalArgumentException("The database URL has an IPv6 address that is not in brackets, or text"
                    + " right after them. Write it as in [::1]:5432. " + ESCAPE);
        }
        return end;
    }

    private void parameters(String query) {
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "The database URL has a parameter that is not of the form name=value. " + ESCAPE);
            }
            String name = decode("parameter", pair.substring(0, equals));
            String value = decode("parameter", pair.substring(equals + 1));
            if (jdbc) {
                properties.setProperty(name, value);
            } else {
                libpq(name, value);
            }
            checkSslMode();
        }
    }

    /** A parameter in libpq's words; the driver's own are understood as well. */
    private void libpq(String name, String value) {
        switch (name) {
            case "host", "hostaddr" -> hosts = value;
            case "port" -> ports = value;
            case "dbname" -> database = value;
            case "application_name" -> PGProperty.APPLICATION_NAME.set(properties, value);
            case "connect_timeout" -> PGProperty.CONNECT_TIMEOUT.set(properties, value);
            case "channel_binding" -> PGProperty.CHANNEL_BINDING.set(properties, value);
            case "gssencmode" -> PGProperty.GSS_ENC_MODE.set(properties, value);
            case "keepalives" -> PGProperty.TCP_KEEP_ALIVE.set(properties, value.equals("1"));
            case "sslnegotiation" -> PGProperty.SSL_NEGOTIATION.set(properties, value);
            case "require_auth" -> PGProperty.REQUIRE_AUTH.set(properties, value);
            case "ssl" -> {
                if (value.equals("true")) {
                    PGProperty.SSL_MODE.set(properties, "require");
                }
            }
            case "target_session_attrs" -> PGProperty.TARGET_SERVER_TYPE.set(properties, serverType(value));
            default -> {
                if (PGProperty.forName(name) == null) {
                    // Ignoring it could be worse than refusing it: think of a misspelt sslmode.
                    throw new IllegalArgumentException("The database URL has "
                            + (PARAMETER_NAME.matcher(name).matches() && text.indexOf('@', text.indexOf('?')) < 0
                                    ? "the parameter \"" + name + "\", which neither libpq nor the driver knows"
                                    : "a parameter that neither libpq nor the driver knows")
                            + ". Correct or remove it. " + ESCAPE);
                }
                properties.setProperty(name, value);
            }
        }
    }

    private static String serverType(String sessionAttributes) {
        return switch (sessionAttributes) {
            case "any" -> "any";
            case "read-write", "primary" -> "primary";
            default ->
                throw new IllegalArgumentException(
                        "The database URL has a target_session_attrs that may lead to a server which can't be written"
                                + " to, and such a server can't be relied on for locks. Use read-write or primary.");
        };
    }

    private void checkSslMode() {
        String mode = PGProperty.SSL_MODE.getOrNull(properties);
        List<String> modes = List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
        if (mode != null && !modes.contains(mode)) {
            throw new IllegalArgumentException("The database URL has an sslmode that does not exist. Use one of "
                    + String.join(", ", modes) + ".");
        }
    }

    private String addresses() {
        String[] names = hosts.split(",", -1);
        String[] numbers = ports.split(",", -1);
        if (numbers.length != 1 && numbers.length != names.length) {
            throw new IllegalArgumentException("The database URL has " + names.length + " hosts and " + numbers.length
                    + " ports. Give one port for each host, or one for all.");
        }
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            addresses.add(host(names[i]) + ":" + port(numbers[Math.min(i, numbers.length - 1)]));
        }
        return String.join(",", addresses);
    }

    private static String host(String name) {
        if (name.isEmpty()) {
            return "localhost";
        }
        if (name.startsWith("/")) {
            throw new IllegalArgumentException(
                    "The database URL names a Unix-domain socket, which the Java driver can't"
                            + " use. Give a host name, such as localhost.");
        }
        if (name.startsWith("[") && name.endsWith("]")) {
            return name;
        }
        if (name.indexOf(':') >= 0) {
            return "[" + name + "]";
        }
        if (!name.chars().allMatch(c -> c > ' ' && "/?#@\\\"'<>[]".indexOf(c) < 0)) {
            throw new IllegalArgumentException(
                    "The database URL has a host with a character that no host name has. " + ESCAPE);
        }
        return name;
    }

    private static int port(String digits) {
        if (digits.isEmpty()) {
            return DEFAULT_PORT;
        }
        int port = digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                ? Integer.parseInt(digits)
                : -1;
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "The database URL has a port that is no number from 1 to 65535. " + ESCAPE);
        }
        return port;
    }

    /** Percent-decoding; in a parameter of a JDBC URL + is a space, as the driver has it. */
    private String decode(String part, String encoded) {
        String source = jdbc && part.equals("parameter") ? encoded.replace('+', ' ') : encoded;
        ByteBuffer bytes = ByteBuffer.allocate(source.length() * 4);
        for (int i = 0; i < source.length(); ) {
            if (source.charAt(i) == '%') {
                bytes.put(hex(part, source, i));
                i += 3;
            } else {
                int point = source.codePointAt(i);
                bytes.put(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(point);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "The " + part + " in the database URL is not UTF-8 when percent-decoded. Encode it as UTF-8.", e);
        }
    }

    private static byte hex(String part, String source, int at) {
        int high = at + 2 < source.length() ? Character.digit(source.charAt(at + 1), 16) : -1;
        int low = at + 2 < source.length() ? Character.digit(source.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw new IllegalArgumentException(
                    "The " + part
                            + " in the database URL has a % that is not followed by two hexadecimal digits. Write %25 for a %.");
        }
        if (high == 0 && low == 0) {
            throw new IllegalArgumentException("The " + part + " in the database URL has a NUL (%00). Remove it.");
        }
        return (byte) (high << 4 | low);
    }
}
