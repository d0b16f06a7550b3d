package dev.highlander.postgres;

import java.sql.Connection;
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
        String seconds = Long.toString(Math.max(1, (timeoutMillis + 999) / 1000));
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
        PGProperty.LOGIN_TIMEOUT.set(properties, seconds);
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds);
        PGProperty.APPLICATION_NAME.set(properties, node);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.PREPARE_THRESHOLD.set(properties, 1);
        if (url.jdbcUrl().contains(",") && PGProperty.TARGET_SERVER_TYPE.getOrNull(properties) == null) {
            PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
        }
        if (PGProperty.SOCKET_FACTORY.getOrNull(properties) != null) {
            return new Link(open(properties), Waker.NONE);
        }
        String ticket = WakeableSocketFactory.ticket();
        PGProperty.SOCKET_FACTORY.set(properties, WakeableSocketFactory.class.getName());
        PGProperty.SOCKET_FACTORY_ARG.set(properties, ticket);
        if (PGProperty.CLASS_LOADER_STRATEGY.getOrNull(properties) == null) {
            // The driver may have been loaded by a server's class loader, which does not know this application's.
            PGProperty.CLASS_LOADER_STRATEGY.set(properties, "driver-first");
        }
        WakeableSocket socket = null;
        Connection connection;
        try {
            connection = open(properties);
        } finally {
            socket = WakeableSocketFactory.redeem(ticket);
        }
        return new Link(connection, socket == null ? Waker.NONE : wakerOf(socket));
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
    public String where() {
        return url.toString();
    }
}
