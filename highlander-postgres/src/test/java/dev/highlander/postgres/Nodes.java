package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.Term;
import dev.highlander.WhenStuck;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.lock.Subscription;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Some nodes in this JVM, on a real server and in a namespace of their own, and children that tell when they run. */
final class Nodes implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final Lease LEASE = Lease.of(Duration.ofSeconds(1));

    final PostgresServer server;
    final Namespace namespace = new Namespace("test-" + UUID.randomUUID());
    private final BlockingQueue<Running> started = new LinkedBlockingQueue<>();
    private final List<Singleton> singletons = new ArrayList<>();
    private final List<PostgresLocks> locks = new ArrayList<>();

    Nodes() {
        this(PostgresServer.shared(18));
    }

    Nodes(PostgresServer server) {
        this.server = server;
    }

    /** A child that runs. */
    record Running(Term term, CountDownLatch ended) {
        void awaitEnd() throws InterruptedException {
            assertThat(ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("child of %s ended", term.node())
                    .isTrue();
        }

        boolean isRunning() {
            return ended.getCount() > 0;
        }
    }

    PostgresLocks.Builder builder(String node) {
        return PostgresLocks.builder()
                .url(server.url())
                .namespace(namespace)
                .node(Node.named(node))
                .lease(LEASE);
    }

    PostgresLocks open(PostgresLocks.Builder builder) {
        PostgresLocks opened = builder.connect();
        locks.add(opened);
        return opened;
    }

    /** What was opened last. */
    PostgresLocks opened() {
        return locks.get(locks.size() - 1);
    }

    PostgresLocks open(String node) {
        return open(builder(node));
    }

    Singleton start(PostgresLocks on, Key key) {
        return start(on, key, () -> {});
    }

    /** {@code atEnd} runs when the child was told to stop, before it ends. */
    Singleton start(PostgresLocks on, Key key, Runnable atEnd) {
        // The children here do end when interrupted, and the lease is short.
        Highlander highlander = Highlander.with(on).whenStuck(WhenStuck.REPORT);
        Singleton singleton = highlander.start(key, highlander.task(key.toString(), term -> {
            Running running = new Running(term, new CountDownLatch(1));
            started.add(running);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                atEnd.run();
                throw e;
            } finally {
                running.ended.countDown();
            }
        }));
        singletons.add(singleton);
        return singleton;
    }

    Running awaitStart() throws InterruptedException {
        Running next = started.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a child was started").isNotNull();
        return next;
    }

    boolean nobodyElseStarted() {
        return started.isEmpty();
    }

    static Condition await(PostgresLocks on, Predicate<Condition> wanted) throws Exception {
        CompletableFuture<Condition> seen = new CompletableFuture<>();
        Subscription subscription = on.listen(condition -> {
            if (wanted.test(condition)) {
                seen.complete(condition);
            }
        });
        try {
            Condition now = on.condition();
            return wanted.test(now) ? now : seen.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            subscription.close();
        }
    }

    static void awaitReady(PostgresLocks on) throws Exception {
        Condition unused = await(on, condition -> condition.phase() == Condition.Phase.READY);
    }

    static Condition.Problem awaitProblem(PostgresLocks on) throws Exception {
        return await(on, condition -> condition.problem().isPresent()).problem().orElseThrow();
    }

    /** The first column of the first row, as an administrator. */
    String ask(String sql) throws SQLException {
        try (Connection admin = server.connect("postgres");
                Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    void execute(String sql) throws SQLException {
        try (Connection admin = server.connect("postgres");
                Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    void terminate(String node) throws SQLException {
        String unused = ask("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '"
                + node + "'");
    }

    /** As if the processes of all nodes so far had ended in order. */
    void closeLocks() {
        locks.forEach(PostgresLocks::close);
    }

    @Override
    public void close() {
        singletons.forEach(Singleton::close);
        locks.forEach(PostgresLocks::close);
        singletons.clear();
        locks.clear();
    }
}
