package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.Singleton;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.postgres.Nodes.Running;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a lock written by hand falls into, first shown and then avoided. Two more are where they can be shown: a cancelled
 * wait for a standby in {@link HostsTest}, and a clock that stands still while the machine is suspended in the tests of
 * {@code Time} and of losing a key.
 */
final class TrapsTest {
    private static final Key KEY = Key.of("relay");

    private final Nodes nodes = new Nodes();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    private static boolean flag(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Test
    void trap_a_timeout_of_the_client_leaves_its_waiter_queued_on_the_server() throws Exception {
        Key key = Key.number(770_077);
        String waiters = "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = 770077";
        try (SilentProxy proxy = new SilentProxy(nodes.server.port());
                Connection holder = nodes.server.connect("postgres");
                Statement holding = holder.createStatement()) {
            holding.execute("select pg_advisory_lock(770077)");
            Connection byHand = nodes.server.connect("postgres");
            byHand.setNetworkTimeout(Runnable::run, 200);
            assertThatThrownBy(() -> byHand.createStatement().execute("select pg_advisory_lock(770077)"))
                    .isInstanceOf(SQLException.class);
            assertThat(byHand.isClosed()).isTrue();
            assertThat(nodes.ask(waiters)).as("waits for a client that is gone").isEqualTo("1");
            String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres?"
                    + nodes.server.url().replaceFirst(".*\\?", "");
            PostgresLocks locks = nodes.open(nodes.builder("trap-waits").url(url));
            nodes.start(locks, key);
            Nodes.awaitReady(locks);

            proxy.fallSilent();

            assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("UNREACHABLE");
            assertThat(nodes.ask(waiters)).as("nobody else waits").isEqualTo("1");
        }
        await().atMost(Nodes.PATIENCE).until(() -> nodes.ask(waiters).equals("0"));
    }

    @Test
    void trap_a_batch_that_fails_keeps_the_locks_that_it_took() throws Exception {
        try (PostgresServer small = PostgresServer.builder()
                        .major(18)
                        .setting("max_locks_per_transaction", "10")
                        .setting("max_connections", "20")
                        .start();
                Nodes some = new Nodes(small)) {
            String held = "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'";
            try (Connection byHand = small.connect("postgres");
                    Statement statement = byHand.createStatement()) {
                assertThatThrownBy(() ->
                                statement.execute("select pg_try_advisory_lock(i) from generate_series(1, 1000000) i"))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("shared memory");
                assertThat(flag(statement, "select (" + held + ") > 100"))
                        .as("locks that nobody was told of")
                        .isTrue();
                statement.execute("select pg_advisory_unlock_all()");
                statement.execute("do $$ declare i bigint := 0; begin loop i := i + 1;"
                        + " begin perform pg_advisory_lock_shared(i); exception when out_of_memory then exit; end;"
                        + " end loop; end $$");
                statement.execute("select count(pg_advisory_unlock_shared(i)) from generate_series(1, 5) i");
                PostgresLocks locks = some.open("trap-batch");
                for (int i = 0; i < 200; i++) {
                    locks.claim(Key.of("key-" + i), new Nobody());
                }

                assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("LOCK_TABLE_FULL");

                // It tries again after some seconds, and gets some again: what counts is that it lets go in between.
                await().atMost(Nodes.PATIENCE).until(() -> flag(statement, "select (" + held + ") = 0"));
            }
        }
    }

    @Test
    void trap_a_full_table_of_locks_is_full_for_all_sessions() throws Exception {
        try (PostgresServer small = PostgresServer.builder()
                        .major(18)
                        .setting("max_locks_per_transaction", "10")
                        .setting("max_connections", "20")
                        .start();
                Nodes some = new Nodes(small);
                Connection other = small.connect("postgres");
                Statement statement = other.createStatement()) {
            PostgresLocks locks = some.open("trap-full");
            Nodes.awaitReady(locks);

            Queue<Hold> holds = new ConcurrentLinkedQueue<>();
            Nobody keeper = new Nobody() {
                @Override
                public void granted(Hold hold) {
                    holds.add(hold);
                }
            };
            for (int i = 0; i < 1000; i++) {
                locks.claim(Key.of("key-" + i), keeper);
            }

            // Three quarters of 10 times 20, but for the few that were others' when the node came.
            String held = "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock'";
            await().atMost(Nodes.PATIENCE).until(() -> flag(statement, "select (" + held + ") > 120"));
            CountDownLatch checks = new CountDownLatch(10); // two leases: each key was tried again
            locks.listenToChecks(check -> checks.countDown());
            assertThat(checks.await(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(flag(statement, "select (" + held + ") <= 150")).isTrue();
            assertThat(locks.condition()).isEqualTo(Condition.ready());
            assertThat(flag(statement, "select bool_and(pg_try_advisory_lock(i)) from generate_series(1, 20) i"))
                    .as("another session's locks")
                    .isTrue();
            holds.forEach(Hold::release);
        }
    }

    @Test
    void trap_DISCARD_ALL_on_the_session_drops_its_locks_without_a_word() throws Exception {
        AtomicReference<Connection> leaked = new AtomicReference<>();
        PostgresLocks locks = nodes.open(PostgresLocks.builder()
                .connections(() -> {
                    Connection connection = DriverManager.getConnection(nodes.server.url());
                    leaked.set(connection);
                    return connection;
                })
                .namespace(nodes.namespace)
                .lease(Nodes.LEASE));
        nodes.start(locks, KEY);
        Running first = nodes.awaitStart();
        CountDownLatch told = new CountDownLatch(1);
        locks.listen(condition -> condition
                .problem()
                .filter(problem -> problem.code().equals("LOCK_GONE"))
                .ifPresent(problem -> told.countDown()));

        try (Statement statement = leaked.get().createStatement()) {
            statement.execute("discard all");
        }

        first.awaitEnd();
        assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(nodes.awaitStart().term().token()).isGreaterThan(first.term().token());
    }

    @Test
    void trap_an_interrupt_of_a_virtual_thread_closes_the_connection_that_it_uses_and_drops_its_locks()
            throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "There are no virtual threads before Java 21.");
        Connection byHand = nodes.server.connect("postgres");
        CompletableFuture<Void> asleep = new CompletableFuture<>();
        Thread sleeper = virtual(() -> {
            try (Statement statement = byHand.createStatement()) {
                statement.execute("select pg_sleep(30)");
                asleep.complete(null);
            } catch (SQLException e) {
                asleep.completeExceptionally(e);
            }
        });
        await().atMost(Nodes.PATIENCE)
                .until(() -> nodes.ask("select count(*) from pg_stat_activity where query = 'select pg_sleep(30)'")
                        .equals("1"));
        sleeper.interrupt();
        assertThatThrownBy(() -> asleep.get(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(SQLException.class);
        assertThat(byHand.isClosed()).isTrue();
        CompletableFuture<Singleton> started = new CompletableFuture<>();
        CountDownLatch enough = new CountDownLatch(1);
        Thread user = virtual(() -> {
            started.complete(nodes.start(nodes.open("trap-virtual"), KEY));
            awaitQuietly(enough);
        });
        started.get(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        Running running = nodes.awaitStart();
        CountDownLatch checks = new CountDownLatch(3);
        nodes.opened().listenToChecks(check -> checks.countDown());

        user.interrupt();

        assertThat(checks.await(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(running.term().isHeld()).isTrue();
        enough.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** By name, since this is compiled for Java 17 too. */
    private static Thread virtual(Runnable work) throws ReflectiveOperationException {
        return (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    }
}
