package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * What a user asks of the driver, and what the protocol needs of it: what contradicts is refused, not corrected.
 *
 * <p>Whether a session is fit for use is decided again by what the server says of it; this is what can be said before.
 */
final class DriverSettings {
    /** Settings of the server in the driver's options: -c name=value, or --name=value. */
    private static final Pattern OPTION = Pattern.compile("(?:-c\\s*|--)([A-Za-z_.-]+)=((?:\\\\.|\\S)*)");

    private final Properties given;
    private final int hosts;
    private final PostgresBounds bounds;

    private DriverSettings(Properties given, int hosts, Lease lease) {
        this.given = given;
        this.hosts = hosts;
        this.bounds = new PostgresBounds(lease);
    }

    /**
     * Refuses settings that the guarantee of that lease has no room for.
     *
     * @throws IllegalArgumentException naming the setting, and the inequality that does not hold if there is one
     */
    static void refuseContradictions(DatabaseUrl url, Properties more, Lease lease) {
        Properties given = url.properties();
        given.putAll(more);
        DriverSettings settings = new DriverSettings(given, url.hosts(), lease);
        settings.refuseTimeouts();
        settings.refuseServers();
        settings.refuseOptions();
    }

    private void refuseTimeouts() {
        Duration reply = Duration.ofNanos(bounds.lease().replyLimit());
        Duration socket = seconds(PGProperty.SOCKET_TIMEOUT);
        if (!socket.isZero() && socket.compareTo(reply) < 0) {
            throw refused("socketTimeout " + words(socket) + " ≥ 0.3 × lease "
                    + words(bounds.lease().length()) + " does not hold: a reply that takes longer would lose all keys,"
                    + " while the lease leaves it " + words(reply) + ". Raise or remove socketTimeout, or shorten the"
                    + " lease.");
        }
        Duration login = seconds(PGProperty.LOGIN_TIMEOUT);
        Duration connect = least(seconds(PGProperty.CONNECT_TIMEOUT), bounds.connectLimit());
        if (hosts > 1 && !login.isZero() && login.compareTo(connect.multipliedBy(hosts)) < 0) {
            throw refused("loginTimeout " + words(login) + " ≥ " + hosts + " hosts × connectTimeout " + words(connect)
                    + " does not hold: after hosts that don't answer there would be no time left to try the last one."
                    + " Raise or remove loginTimeout, or lower connectTimeout.");
        }
    }

    private void refuseServers() {
        String type = given(PGProperty.TARGET_SERVER_TYPE);
        if (type != null && type.toLowerCase(Locale.ROOT).matches("secondary|slave|prefersecondary|preferslave")) {
            throw refused("targetServerType=" + type + " leads to a standby, whose locks exclude nobody. Use primary.");
        }
        if (hosts > 1 && "any".equalsIgnoreCase(type)) {
            throw refused(
                    "targetServerType=any leads to whichever of the " + hosts + " hosts answers first, and the locks"
                            + " of a standby exclude nobody. Use primary, or leave it out.");
        }
        if ("true".equalsIgnoreCase(given(PGProperty.READ_ONLY))) {
            throw refused("readOnly=true makes a session that can't tell others what this node does. Remove it.");
        }
        String replication = given(PGProperty.REPLICATION);
        if (replication != null && !replication.equalsIgnoreCase("false")) {
            throw refused("replication=" + replication + " makes a session that can't have locks. Remove it.");
        }
    }

    private void refuseOptions() {
        String options = given(PGProperty.OPTIONS);
        if (options == null) {
            return;
        }
        Map<String, String> ours = bounds.serverSettings();
        Matcher each = OPTION.matcher(options);
        while (each.find()) {
            String name = each.group(1).replace('-', '_').toLowerCase(Locale.ROOT);
            String needed = ours.get(name);
            if (needed != null && !needed.equals(each.group(2))) {
                throw refused("options sets " + name + "=" + each.group(2) + ", which Highlander sets to " + needed
                        + " on its session, as the lease asks for. Remove it from options.");
            }
            if (name.equals("default_transaction_read_only")
                    && !List.of("off", "false", "0", "no").contains(each.group(2))) {
                throw refused(
                        "options sets " + name + "=" + each.group(2) + ", which makes a session that can't tell others"
                                + " what this node does. Remove it from options.");
            }
        }
    }

    private static Duration least(Duration given, Duration limit) {
        return given.isZero() || given.compareTo(limit) > 0 ? limit : given;
    }

    /** Zero for none, or for no limit. */
    private Duration seconds(PGProperty property) {
        return seconds(given, property);
    }

    private @Nullable String given(PGProperty property) {
        return property.getOrNull(given);
    }

    /** A timeout of the driver's, in seconds; zero for none, or for no limit. */
    private static Duration seconds(Properties properties, PGProperty property) {
        String text = property.getOrNull(properties);
        if (text == null) {
            return Duration.ZERO;
        }
        try {
            return Duration.ofSeconds(Math.max(0, (long) Double.parseDouble(text.strip())));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The connection's " + property.getName() + " is no number. Give it in seconds.", e);
        }
    }

    /**
     * Sets the limits of an attempt to connect, in whole seconds, since the driver knows no smaller ones: what the user
     * gave if that is shorter.
     *
     * @param limit for one host
     */
    static void limit(Properties properties, Duration limit, int hosts) {
        PGProperty.CONNECT_TIMEOUT.set(properties, text(least(seconds(properties, PGProperty.CONNECT_TIMEOUT), limit)));
        PGProperty.SOCKET_TIMEOUT.set(properties, text(limit));
        // For all hosts together; each may leave us waiting for its connection, and then for an answer.
        Duration all = limit.multipliedBy(2L * hosts);
        PGProperty.LOGIN_TIMEOUT.set(properties, text(least(seconds(properties, PGProperty.LOGIN_TIMEOUT), all)));
    }

    private static String text(Duration seconds) {
        return Long.toString(seconds.toSeconds());
    }

    private static String words(Duration time) {
        long millis = time.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    private static IllegalArgumentException refused(String what) {
        return new IllegalArgumentException("The settings of the connection contradict the guarantee. " + what);
    }
}
