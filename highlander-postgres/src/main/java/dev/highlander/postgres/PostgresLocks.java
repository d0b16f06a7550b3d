package dev.highlander.postgres;

import dev.highlander.lock.Check;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Listeners;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.lock.StuckChildException;
import dev.highlander.lock.Subscription;
import dev.highlander.time.Time;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A lock service on the session advisory locks of a Postgres server, 14 or newer: zero or one copies, never two. It needs
 * one connection for all keys, and neither a table nor an extension nor a special role.
 *
 * <p>What that rests on: one primary at a time; clock rates within 10 % of each other; a child that is down within 0.3 of
 * the lease when its key is lost, or else a JVM that halts; the same lease on all nodes of a namespace; and a session of
 * its own: a connection pooler between has to pool by session, and is refused if it does not.
 */
public final class PostgresLocks implements Locks {
    private final Node node;
    private final Namespace namespace;
    private final Lease lease;
    private final Time time;
    private final Guarantee guarantee;
    private final PostgresSession session;
    private final AtomicLong lastClaim = new AtomicLong();
    private final Listeners<Condition> listeners = new Listeners<>();
    private final Listeners<Check> checks = new Listeners<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Condition condition = Condition.connecting();

    private PostgresLocks(Builder builder, Connector connector) {
        this.guarantee = new PostgresBounds(builder.lease).guarantee(connector.hosts());
        this.node = builder.node == null ? Node.here() : builder.node;
        this.namespace = builder.namespace;
        this.lease = builder.lease;
        this.time = builder.time;
        this.session = new PostgresSession(
                connector,
                lease,
                node,
                namespace,
                builder.ledger,
                builder.synchronousHeartbeats,
                time,
                this::become,
                checks::tell);
        session.start();
    }

    /**
     * On the server at {@code url}, in any of the usual forms of {@code DATABASE_URL}; all else at its default. Returns at
     * once, whether the server can be reached or not.
     *
     * @throws IllegalArgumentException if {@code url} is none
     */
    public static PostgresLocks connect(String url) {
        return builder().url(url).connect();
    }

    /** With settings of your own. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Claim claim(Key key, Claimant claimant) {
        if (closed.get()) {
            throw new IllegalStateException("These locks are closed. Open new ones to claim " + key + ".");
        }
        long claim = lastClaim.incrementAndGet();
        session.claim(claim, key, LockId.of(key, namespace), claimant);
        return () -> session.withdraw(claim);
    }

    @Override
    public CompletionStage<Optional<Holder>> holder(Key key) {
        return session.holder(LockId.of(key, namespace));
    }

    @Override
    public Guarantee guarantee() {
        return guarantee;
    }

    /**
     * What these locks promise on the server at {@code url} with that lease, without a connection.
     *
     * @throws IllegalArgumentException if a setting in the URL contradicts it
     */
    public static Guarantee guarantee(DatabaseUrl url, Lease lease) {
        DriverSettings.refuseContradictions(url, new Properties(), lease);
        return new PostgresBounds(lease).guarantee(url.hosts());
    }

    @Override
    public Condition condition() {
        return condition;
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        return listeners.listen(listener);
    }

    @Override
    public Subscription listenToChecks(Consumer<Check> listener) {
        return checks.listen(listener);
    }

    private void become(Condition next) {
        if (!next.equals(condition)) {
            condition = next;
            listeners.tell(next);
        }
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Time time() {
        return time;
    }

    public Namespace namespace() {
        return namespace;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits until the holds that were released have been given back to the server, but no longer than a lease: the
     * server then finds out by itself.
     */
    @Override
    public void close() {
        closed.set(true);
        CompletableFuture<Integer> unreleased = new CompletableFuture<>();
        CompletableFuture<Void> finished = session.close(unreleased::complete);
        if (session.isCurrent()) {
            return;
        }
        CompletableFuture<Integer> kept = finished.handle((ok, e) -> 0).applyToEither(unreleased, count -> count);
        Integer count = waitFor(kept);
        if (count != null && count > 0) {
            throw new StuckChildException(
                    count + (count == 1 ? " key of node " : " keys of node ") + node.name()
                            + " were never released, so their session with Postgres is kept until they are, or this process"
                            + " ends. Close the singletons before their locks; a child that ignores its kill has to be mended.");
        }
        waitFor(finished);
    }

    private <T> @Nullable T waitFor(CompletableFuture<T> future) {
        boolean interrupted = false;
        long end = System.nanoTime() + lease.nanos();
        try {
            while (true) {
                try {
                    return future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException | ExecutionException e) {
                    return null;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Settings for {@link PostgresLocks}; used by one thread. */
    public static final class Builder {
        private @Nullable DatabaseUrl url;
        private Properties properties = new Properties();
        private @Nullable Callable<Connection> connections;
        private @Nullable DataSource dataSource;
        private Namespace namespace = Namespace.DEFAULT;
        private @Nullable Node node;
        private Lease lease = Lease.DEFAULT;
        private @Nullable LedgerChoice ledger;
        private boolean synchronousHeartbeats;
        private Time time = Time.system();

        private Builder() {}

        /**
         * Where the server is, in any of the usual forms of {@code DATABASE_URL}.
         *
         * @throws IllegalArgumentException if {@code where} is none
         */
        public Builder url(String where) {
            return url(DatabaseUrl.parse(where));
        }

        /** Where the server is. */
        public Builder url(DatabaseUrl where) {
            url = where;
            return this;
        }

        /** Properties of the Postgres driver in addition to those of the URL, such as {@code user} and {@code password}. */
        public Builder properties(Properties driverProperties) {
            Properties copy = new Properties();
            copy.putAll(driverProperties);
            properties = copy;
            return this;
        }

        /**
         * What makes connections instead of a URL, for log-ins that change. Each is used for one session, alone, and then
         * closed. Called on the session's thread; a release may wait up to 20 ms for its turn on such a connection.
         */
        public Builder connections(Callable<Connection> source) {
            connections = source;
            return this;
        }

        /**
         * The application's own data source instead of a URL. Its settings (URL, user, password, properties) are read before
         * each connection, so a password may change; no connection is ever taken from it, and none of its pool's is used.
         */
        public Builder dataSource(DataSource source) {
            dataSource = source;
            return this;
        }

        /** What keeps keys apart from other applications'; {@link Namespace#DEFAULT} unless given. */
        public Builder namespace(Namespace of) {
            namespace = Objects.requireNonNull(of, "namespace");
            return this;
        }

        /** This process; {@link Node#here()} unless given. */
        public Builder node(Node name) {
            node = Objects.requireNonNull(name, "node");
            return this;
        }

        /**
         * For how long a check is trusted; {@link Lease#DEFAULT} unless given. The same on all nodes of a namespace, unless
         * they keep a {@link #ledger() ledger}: then each may have its own, up to the one that the ledger was made for.
         */
        public Builder lease(Lease length) {
            lease = Objects.requireNonNull(length, "lease");
            return this;
        }

        /**
         * Has this node keep the namespace's ledger: a table with a row for each term, written together with what nodes tell
         * each other. All nodes of a namespace keep it, or none does; one of the other kind is refused.
         *
         * <p>A node that finds there that the earlier child is down starts at once, whether or not it was connected then;
         * tokens grow over promotions, restored dumps and upgrades; leases may differ; and there is a {@link
         * PostgresLedger#history history}. The table is made where it is missing and this role may; else, and before leases
         * differ, let someone execute {@link PostgresLedger#schema}.
         *
         * @see #ledger(String)
         */
        public Builder ledger() {
            ledger = new LedgerChoice(null);
            return this;
        }

        /** The same, in that schema; without one it is where it is found, or the first of the search path that has room. */
        public Builder ledger(String schema) {
            ledger = new LedgerChoice(Objects.requireNonNull(schema, "schema"));
            return this;
        }

        /**
         * Makes each heartbeat wait for the standbys that the server's commits wait for, so that a primary that was cut off
         * from all of them confirms nothing any more. Only useful where each standby that may be promoted is among them;
         * refused where {@code synchronous_standby_names} is empty. Costs a flush of the log, there and here, with each
         * heartbeat; and while the standby is away there is no holder.
         */
        public Builder synchronousHeartbeats() {
            synchronousHeartbeats = true;
            return this;
        }

        /** The clocks to go by; the system's unless given. */
        public Builder time(Time clocks) {
            time = Objects.requireNonNull(clocks, "time");
            return this;
        }

        /**
         * Opens the lock service. Returns at once, whether the server can be reached or not.
         *
         * @throws IllegalArgumentException if not exactly one of URL, data source and source of connections was given, the
         *     settings of the data source can't be read, or a setting of the connection contradicts the lease
         */
        public PostgresLocks connect() {
            List<String> sources = new ArrayList<>();
            if (url != null) {
                sources.add("a url(...)");
            }
            if (dataSource != null) {
                sources.add("a dataSource(...)");
            }
            if (connections != null) {
                sources.add("connections(...)");
            }
            if (sources.size() != 1) {
                throw new IllegalArgumentException(
                        sources.isEmpty()
                                ? "There is no Postgres to connect to. Give a url(...), a dataSource(...), or"
                                        + " connections(...)."
                                : "There are " + String.join(" and ", sources) + ". Give one of them.");
            }
            Node named = node == null ? Node.here() : node;
            node = named;
            return new PostgresLocks(this, connector(named.name()));
        }

        private Connector connector(String name) {
            if (url != null) {
                DriverSettings.refuseContradictions(url, properties, lease);
                return new UrlConnector(url, properties, name);
            }
            return dataSource != null
                    ? new DataSourceConnector(dataSource, properties, name, lease)
                    : Connector.of(Objects.requireNonNull(connections));
        }
    }
}
