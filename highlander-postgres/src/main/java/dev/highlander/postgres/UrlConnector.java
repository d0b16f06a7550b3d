package dev.highlander.postgres;

import java.sql.Connection;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Connections from a URL. */
final class UrlConnector implements Connector {
    private final DatabaseUrl url;
    private final Properties more;
    private final String node;

    UrlConnector(DatabaseUrl url, Properties more, String node) {
        this.url = url;
        this.more = more;
        this.node = node;
    }

    @Override
    public Link connect(long timeoutMillis) throws Exception {
        Properties properties = url.properties();
        properties.putAll(more);
        // In whole seconds; the session sets the exact limit as soon as it can.
        DriverSettings.limit(properties, Duration.ofSeconds(Math.max(1, (timeoutMillis + 999) / 1000)), url.hosts());
        PGProperty.APPLICATION_NAME.set(properties, node);
        PGProperty.PREPARE_THRESHOLD.set(properties, 1);
        setUnlessGiven(properties, PGProperty.TCP_KEEP_ALIVE, "true");
        if (url.hosts() > 1) {
            setUnlessGiven(properties, PGProperty.TARGET_SERVER_TYPE, "primary");
            // The driver remembers for ten seconds which host is a standby, and would not ask one that was promoted
            // since.
            setUnlessGiven(properties, PGProperty.HOST_RECHECK_SECONDS, "0");
        }
        if (PGProperty.SOCKET_FACTORY.getOrNull(properties) != null) {
            return new Link(open(properties), Waker.NONE);
        }
        String ticket = WakeableSocketFactory.ticket();
        PGProperty.SOCKET_FACTORY.set(properties, WakeableSocketFactory.class.getName());
        PGProperty.SOCKET_FACTORY_ARG.set(properties, ticket);
        // The driver may have been loaded by a server's class loader, which does not know this application's.
        setUnlessGiven(properties, PGProperty.CLASS_LOADER_STRATEGY, "driver-first");
        WakeableSocket socket = null;
        Connection connection;
        try {
            connection = open(properties);
        } finally {
            socket = WakeableSocketFactory.redeem(ticket);
        }
        return new Link(connection, socket == null ? Waker.NONE : wakerOf(socket));
    }

    private static void setUnlessGiven(Properties properties, PGProperty property, String value) {
        if (property.getOrNull(properties) == null) {
            property.set(properties, value);
        }
    }

    private static Waker wakerOf(WakeableSocket socket) {
        return new Waker() {
            @Override
            public void wake() {
                socket.wake();
            }

            @Override
            public void mayBeWoken(boolean may) {
                socket.mayBeWoken(may);
            }
        };
    }

    /** By the driver itself: the driver manager would try all others too, and logs. */
    private Connection open(Properties properties) throws Exception {
        @Nullable Connection connection = new Driver().connect(url.jdbcUrl(), properties);
        if (connection == null) {
            throw new RefusedException(Problems.noConnection("The Postgres driver does not take " + url + "."));
        }
        return connection;
    }

    @Override
    public int hosts() {
        return url.hosts();
    }

    @Override
    public String where() {
        return url.toString();
    }
}
