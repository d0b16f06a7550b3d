package dev.highlander.postgres;

import java.sql.Connection;
import java.util.concurrent.Callable;

/** Makes new connections, each used by one session and closed by it. */
interface Connector {
    /** May block for {@code timeoutMillis}, or for as long as a source of the user's own takes. */
    Link connect(long timeoutMillis) throws Exception;

    /** Where it leads, without secrets. */
    String where();

    /** How many hosts one attempt to connect may ask. */
    default int hosts() {
        return 1;
    }

    /**
     * A connection, and what ends a wait on it.
     *
     * @param connection the connection
     * @param waker ends a wait for notifications, {@link Waker#NONE} if nothing can
     */
    record Link(Connection connection, Waker waker) {}

    /** Ends a wait for notifications from another thread. */
    interface Waker {
        /** Can't: waits must be short. */
        Waker NONE = new Waker() {
            @Override
            public void wake() {}

            @Override
            public void mayBeWoken(boolean may) {}
        };

        void wake();

        void mayBeWoken(boolean may);
    }

    /** Connections that a function of the user's own makes. */
    static Connector of(Callable<Connection> source) {
        return new Connector() {
            @Override
            public Link connect(long timeoutMillis) throws Exception {
                Connection connection = source.call();
                if (connection == null) {
                    throw new RefusedException(Problems.noConnection("The function that makes connections gave null."));
                }
                return new Link(connection, Waker.NONE);
            }

            @Override
            public String where() {
                return "a connection of the application's";
            }
        };
    }
}
