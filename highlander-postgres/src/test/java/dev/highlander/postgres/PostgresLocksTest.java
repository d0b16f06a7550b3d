package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.postgres.Nodes.Running;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What singletons on a real Postgres do, by the rows of the contract. */
final class PostgresLocksTest {
    private static final Key KEY = Key.of("relay");

    private final Nodes nodes = new Nodes();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    @Test
    void A1_one_of_three_nodes_runs_it_and_another_takes_over_when_that_one_stops() throws Exception {
        Singleton a = nodes.start(nodes.open("a"), KEY);
        Running first = nodes.awaitStart();
        nodes.start(nodes.open("b"), KEY);
        nodes.start(nodes.open("c"), KEY);

        a.close();

        Running second = nodes.awaitStart();
        assertThat(first.isRunning()).isFalse();
        assertThat(second.term().node()).isIn("b", "c");
        assertThat(second.term().token()).isGreaterThan(first.term().token());
    }

    @Test
    void A6_a_number_or_a_pair_is_the_lock_that_another_program_knows_by_it() throws Exception {
        try (Connection foreign = nodes.server.connect("postgres");
                Statement statement = foreign.createStatement()) {
            statement.execute("select pg_advisory_lock(-42), pg_advisory_lock(-1, 2147483647)");
            PostgresLocks locks = nodes.open("a");
            nodes.start(locks, Key.number(-42));
            nodes.start(locks, Key.pair(-1, Integer.MAX_VALUE));
            nodes.start(locks, Key.number(42));
            assertThat(nodes.awaitStart().term().key()).isEqualTo(Key.number(42));

            statement.execute("select pg_advisory_unlock_all()");

            assertThat(List.of(
                            nodes.awaitStart().term().key(),
                            nodes.awaitStart().term().key()))
                    .containsExactlyInAnyOrder(Key.number(-42), Key.pair(-1, Integer.MAX_VALUE));
        }
    }

    @Test
    void A7_a_lock_that_a_foreign_session_holds_is_waited_for_and_then_taken() throws Exception {
        try (Connection foreign = nodes.server.connect("postgres");
                Statement statement = foreign.createStatement()) {
            statement.execute("select pg_advisory_lock(4711)");
            PostgresLocks locks = nodes.open("a");
            Singleton singleton = nodes.start(locks, Key.number(4711));
            nodes.start(locks, Key.of("beside"));
            nodes.awaitStart();
            assertThat(singleton.state()).isEqualTo(State.STANDBY);
        }
        assertThat(nodes.awaitStart().term().key()).isEqualTo(Key.number(4711));
    }

    @Test
    void C8_a_start_returns_at_once_while_the_database_is_down_and_runs_when_it_is_up() throws Exception {
        try (PostgresServer server = PostgresServer.start(18);
                Nodes late = new Nodes(server)) {
            server.stop(Shutdown.FAST);
            PostgresLocks locks = late.open("a");
            Singleton singleton = late.start(locks, KEY);
            assertThat(singleton.awaitRunning(Duration.ofMillis(1))).isFalse();
            assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("UNREACHABLE");

            server.startAgain();

            assertThat(singleton.awaitRunning(Nodes.PATIENCE)).isTrue();
        }
    }

    @Test
    void D1_an_ordinary_role_with_no_privilege_but_to_connect_is_enough() throws Exception {
        nodes.execute("create role nobody_special login password 'secret'");
        String url = "postgres://nobody_special:secret@127.0.0.1:" + nodes.server.port() + "/postgres";
        nodes.start(nodes.open(nodes.builder("a").url(url)), KEY);

        assertThat(nodes.awaitStart().term().node()).isEqualTo("a");
    }

    @Test
    void D2_a_function_that_makes_connections_serves_as_well_as_a_URL() throws Exception {
        PostgresLocks.Builder builder = PostgresLocks.builder()
                .connections(() -> nodes.server.connect("postgres"))
                .namespace(nodes.namespace)
                .lease(Nodes.LEASE);
        Singleton singleton = nodes.start(nodes.open(builder), KEY);
        nodes.awaitStart();
        Singleton other = nodes.start(nodes.open("b"), KEY);

        singleton.close();

        assertThat(nodes.awaitStart().term().node()).isEqualTo("b");
        assertThat(other.awaitRunning(Nodes.PATIENCE)).isTrue();
    }

    @Test
    void D2_without_any_way_to_connect_or_with_two_it_is_refused_at_once() {
        assertThatThrownBy(() -> PostgresLocks.builder().connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "There is no Postgres to connect to. Give a url(...), a dataSource(...), or connections(...).");
        assertThatThrownBy(() -> nodes.builder("a").connections(() -> null).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There are a url(...) and connections(...). Give one of them.");
    }

    @Test
    void D3_a_node_has_one_connection_whatever_the_number_of_its_singletons() throws Exception {
        PostgresLocks locks = nodes.open("d3-holder");
        PostgresLocks waiting = nodes.open("d3-waiter");
        for (int i = 0; i < 50; i++) {
            nodes.start(locks, Key.of("key-" + i));
        }
        for (int i = 0; i < 50; i++) {
            nodes.awaitStart();
            nodes.start(waiting, Key.of("key-" + i));
        }
        Nodes.awaitReady(waiting);

        assertThat(nodes.ask("select count(*) from pg_stat_activity where application_name like 'd3-%'"))
                .isEqualTo("2");
    }

    @Test
    void D4_a_lost_connection_stops_every_child_of_the_node_and_contending_resumes_by_itself() throws Exception {
        PostgresLocks locks = nodes.open("d4");
        nodes.start(locks, Key.of("one"));
        nodes.start(locks, Key.of("two"));
        List<Running> before = List.of(nodes.awaitStart(), nodes.awaitStart());

        nodes.terminate("d4");

        for (Running each : before) {
            each.awaitEnd();
            assertThat(each.term().isHeld()).isFalse();
        }
        for (int i = 0; i < 2; i++) {
            Running again = nodes.awaitStart();
            assertThat(again.term().token())
                    .isGreaterThan(before.stream()
                            .filter(b -> b.term().key().equals(again.term().key()))
                            .findFirst()
                            .orElseThrow()
                            .term()
                            .token());
        }
    }

    @Test
    void D5_a_child_that_is_slow_to_stop_after_a_loss_is_down_before_another_node_starts_its_own() throws Exception {
        AtomicReference<Boolean> secondWasUp = new AtomicReference<>();
        PostgresLocks a = nodes.open("d5-a");
        nodes.start(a, KEY, () -> {
            // As long as the lease allows, which is less than the other node settles for.
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            secondWasUp.set(!nodes.nobodyElseStarted());
        });
        Running first = nodes.awaitStart();
        nodes.start(nodes.open("d5-b"), KEY);

        nodes.terminate("d5-a");

        Running second = nodes.awaitStart();
        assertThat(first.isRunning()).isFalse();
        assertThat(secondWasUp.get()).isFalse();
        assertThat(second.term().token()).isGreaterThan(first.term().token());
    }

    @Test
    void D6_a_holder_that_fell_silent_is_dispossessed_soon_after_its_lease() throws Exception {
        try (SilentProxy proxy = new SilentProxy(nodes.server.port())) {
            String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres?"
                    + nodes.server.url().replaceFirst(".*\\?", "");
            nodes.start(nodes.open(nodes.builder("d6-hung").url(url)), KEY);
            Running first = nodes.awaitStart();
            nodes.start(nodes.open("d6-next"), KEY);

            proxy.fallSilent();

            first.awaitEnd();
            Running second = nodes.awaitStart();
            assertThat(second.term().node()).isEqualTo("d6-next");
        }
    }

    @Test
    void D7_a_waiter_pins_no_snapshot_so_an_index_is_built_concurrently_beside_it() throws Exception {
        nodes.start(nodes.open("d7-holder"), KEY);
        nodes.awaitStart();
        PostgresLocks waiter = nodes.open("d7-waiter");
        nodes.start(waiter, KEY);
        Nodes.awaitReady(waiter);
        nodes.execute("create table if not exists d7 (x int)");

        nodes.execute("create index concurrently on d7 (x)");

        await().atMost(Nodes.PATIENCE)
                .until(() -> nodes.ask("select count(*) from pg_stat_activity where application_name like 'd7-%'"
                                + " and state = 'idle' and backend_xmin is null")
                        .equals("2"));
    }

    @Test
    void D9_clean_releases_pass_the_key_on_at_once_and_not_at_the_next_poll() throws Exception {
        List<Singleton> both = new ArrayList<>();
        // A poll comes after a second or so: forty of them would take longer than the patience of this test.
        Lease lease = Lease.of(Duration.ofSeconds(5));
        for (String node : List.of("d9-a", "d9-b")) {
            both.add(nodes.start(nodes.open(nodes.builder(node).lease(lease)), KEY));
        }
        String last = nodes.awaitStart().term().node();
        for (int i = 0; i < 40; i++) {
            Singleton holder = both.get(last.equals("d9-a") ? 0 : 1);
            assertThat(holder.awaitRunning(Nodes.PATIENCE)).isTrue();
            holder.stepDown(Duration.ofMillis(50));
            String next = nodes.awaitStart().term().node();
            assertThat(next).isNotEqualTo(last);
            last = next;
        }
    }

    @Test
    void D10_tokens_rise_over_crashes_of_the_server() throws Exception {
        try (PostgresServer server = PostgresServer.start(18);
                Nodes some = new Nodes(server)) {
            some.start(some.open("d10-a"), KEY);
            some.start(some.open("d10-b"), KEY);
            long last = some.awaitStart().term().token();
            for (int i = 0; i < 4; i++) {
                server.crash();
                server.startAgain();
                Running next = some.awaitStart();
                assertThat(next.term().token()).isGreaterThan(last);
                last = next.term().token();
            }
        }
    }

    @Test
    void D13_a_node_with_another_lease_is_refused_until_the_others_are_gone() throws Exception {
        PostgresLocks first = nodes.open("d13-first");
        Nodes.awaitReady(first);
        PostgresLocks odd = nodes.open(nodes.builder("d13-odd").lease(Lease.of(Duration.ofMillis(700))));

        Condition.Problem problem = Nodes.awaitProblem(odd);
        assertThat(problem.code()).isEqualTo("LEASE_DIFFERS");
        assertThat(problem.what()).contains("1000 ms").contains("700 ms");
        assertThat(odd.condition().phase()).isEqualTo(Condition.Phase.REFUSED);

        first.close();
        Nodes.awaitReady(odd);
    }

    @Test
    void who_holds_a_key_is_not_answered_for_ever_by_locks_that_are_closed() throws Exception {
        PostgresLocks locks = nodes.open("closed");
        Nodes.awaitReady(locks);
        locks.close();

        assertThatThrownBy(() -> locks.holder(KEY).toCompletableFuture().get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("closed");
    }
}
