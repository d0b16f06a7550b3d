package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.Singleton;
import dev.highlander.embedded.PgBouncer;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.postgres.Nodes.Running;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** D8: a PgBouncer between node and server: one that pools by session serves, any other is refused by name. */
final class PoolersTest {
    private static final Key KEY = Key.of("relay");

    private final Nodes nodes = new Nodes();

    @TempDir
    private Path directory;

    private PgBouncer pooler;

    @BeforeEach
    void requireIt() {
        assumeTrue(PgBouncer.isInstalled(), PgBouncer.missing());
    }

    @AfterEach
    void closeAll() {
        nodes.close();
        if (pooler != null) {
            pooler.close();
        }
    }

    private String pooled(String mode, Map<String, String> settings) {
        pooler = PgBouncer.start(nodes.server, mode, directory, settings);
        return pooler.url("postgres");
    }

    private Problem problemOf(String url) throws Exception {
        return Nodes.awaitProblem(nodes.open(nodes.builder("refused").url(url)));
    }

    /** Forty settles would take longer than a test may: each clean release is heard, through the pooler. */
    @Test
    void D8_session_mode_serves_and_a_clean_release_is_heard_through_it() throws Exception {
        String url = pooled("session", Map.of());
        Map<String, Singleton> all = new HashMap<>();
        for (String node : List.of("a", "b")) {
            Lease lease = Lease.of(Duration.ofSeconds(5));
            all.put(node, nodes.start(nodes.open(nodes.builder(node).url(url).lease(lease)), KEY));
        }
        Set<String> ran = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            String node = nodes.awaitStart().term().node();
            ran.add(node);
            all.get(node).stepDown(Duration.ofMillis(50));
        }
        assertThat(ran).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void D8_a_node_behind_a_pooler_and_one_without_exclude_each_other() throws Exception {
        nodes.start(nodes.open(nodes.builder("pooled").url(pooled("session", Map.of()))), KEY);
        Running first = nodes.awaitStart();
        PostgresLocks direct = nodes.open("direct");
        nodes.start(direct, KEY);
        nodes.start(direct, Key.of("another"));
        assertThat(nodes.awaitStart().term().key()).isEqualTo(Key.of("another"));

        pooler.close();

        first.awaitEnd();
        assertThat(nodes.awaitStart().term().node()).isEqualTo("direct");
    }

    /** The pooler would wait for its client for ever, but the server does not: our setting reached it, and stays. */
    @Test
    void D6_a_node_that_fell_silent_behind_a_pooler_is_dispossessed_too() throws Exception {
        String url = pooled("session", Map.of());
        try (SilentProxy proxy = new SilentProxy(pooler.port())) {
            nodes.start(
                    nodes.open(nodes.builder("hung").url(url.replace(":" + pooler.port(), ":" + proxy.port()))), KEY);
            Running first = nodes.awaitStart();
            nodes.start(nodes.open("next"), KEY);

            proxy.fallSilent();

            first.awaitEnd();
            assertThat(nodes.awaitStart().term().node()).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"transaction", "statement"})
    void D8_other_modes_are_refused(String mode) throws Exception {
        Problem problem = problemOf(pooled(mode, Map.of()));

        assertThat(problem.code()).isEqualTo("POOLER");
        assertThat(problem.remedy()).contains("pool_mode=session");
    }

    /** With two sessions, and clients that take their turns in step, each would always get the same one. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void D8_a_pooler_that_hands_out_its_sessions_in_a_circle_is_found_out(int sessions) throws Exception {
        DatabaseUrl url = DatabaseUrl.parse(pooled("transaction", Map.of("server_round_robin", "1")));
        UrlConnector connector = new UrlConnector(url, new Properties(), "client");
        List<Connection> fillers = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Connection filler = connector.connect(10_000).connection();
            fillers.add(filler);
            filler.setAutoCommit(false);
            filler.createStatement().execute("select 1");
        }
        for (Connection filler : fillers) {
            filler.commit();
            filler.close();
        }
        try (Connection client = connector.connect(10_000).connection()) {
            assertThatThrownBy(() -> new PoolerCheck(client, connector, 10_000).pass())
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("[POOLER]");
        }
    }

    @Test
    void D8_one_that_keeps_the_locks_of_clients_that_left_is_refused() throws Exception {
        assertThat(problemOf(pooled("session", Map.of("server_reset_query", "")))
                        .code())
                .isEqualTo("POOLER_KEEPS_LOCKS");
    }

    /** They may be other clients' by then. */
    @Test
    void its_sessions_are_left_alone() throws Exception {
        DatabaseUrl url = DatabaseUrl.parse(pooled("session", Map.of("server_reset_query", "")));
        UrlConnector connector = new UrlConnector(url, new Properties(), "client");
        try (Connection client = connector.connect(10_000).connection()) {
            assertThatThrownBy(() -> new PoolerCheck(client, connector, 2_000).pass())
                    .hasMessageContaining("[POOLER_KEEPS_LOCKS]");
        }
        try (Connection direct = nodes.server.connect("postgres")) {
            List<Integer> keepers =
                    numbers(direct, "select pid from pg_locks where locktype = 'advisory' and mode = 'ShareLock'");
            assertThat(keepers).hasSize(1);
            assertThat(numbers(direct, "select pid from pg_stat_activity")).containsAll(keepers);
        }
    }

    private static List<Integer> numbers(Connection client, String query) throws SQLException {
        List<Integer> all = new ArrayList<>();
        try (Statement statement = client.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                all.add(row.getInt(1));
            }
        }
        return all;
    }

    @Test
    void D8_one_with_no_session_left_to_compare_with_is_refused() throws Exception {
        assertThat(problemOf(pooled("session", Map.of("default_pool_size", "1")))
                        .code())
                .isEqualTo("POOLER_UNPROVEN");
    }

    @Test
    void a_direct_connection_costs_no_second_one() throws Exception {
        AtomicInteger made = new AtomicInteger();
        Nodes.awaitReady(nodes.open(PostgresLocks.builder()
                .connections(() -> {
                    made.incrementAndGet();
                    return nodes.server.connect("postgres");
                })
                .namespace(nodes.namespace)
                .lease(Nodes.LEASE)));

        assertThat(made).hasValue(1);
    }
}
