package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.Singleton;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys that other programs share, names of every kind, and the least that a role must be allowed. */
final class OperationsTest {
    private final Nodes nodes = new Nodes();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    @Test
    void A6_what_a_node_holds_as_a_number_or_a_pair_no_other_program_gets_by_it() throws Exception {
        PostgresLocks locks = nodes.open("a");
        nodes.start(locks, Key.number(-43));
        nodes.start(locks, Key.pair(-2, Integer.MIN_VALUE));
        nodes.awaitStart();
        nodes.awaitStart();
        try (Connection foreign = nodes.server.connect("postgres");
                Statement statement = foreign.createStatement();
                ResultSet row = statement.executeQuery("select pg_try_advisory_lock(-43),"
                        + " pg_try_advisory_lock(-2, -2147483648), pg_try_advisory_lock(-1, -43)")) {
            row.next();
            assertThat(row.getBoolean(1)).as("the number").isFalse();
            assertThat(row.getBoolean(2)).as("the pair").isFalse();
            assertThat(row.getBoolean(3))
                    .as("a pair of the same bits as the number")
                    .isTrue();
        }
    }

    static Stream<String> names() {
        return Stream.of(
                "it's \"quoted\"",
                "back\\slash",
                "x'; drop role postgres; --",
                "? $1 %s {0}",
                "naïve 東京 🗝",
                "a name of more than the sixty-three bytes that an identifier of the server may have",
                "x".repeat(Namespace.MAX_BYTES));
    }

    @ParameterizedTest
    @MethodSource("names")
    void A4_a_namespace_and_a_key_of_any_characters_are_claimed_heard_of_and_found(String name) throws Exception {
        Namespace namespace = new Namespace(name);
        Key key = Key.of(name);
        Lease lease = Lease.of(Duration.ofMillis(500));
        Singleton first = nodes.start(
                nodes.open(nodes.builder("a '\"\\ ?").namespace(namespace).lease(lease)), key);
        nodes.awaitStart();
        nodes.start(nodes.open(nodes.builder("b '\"\\ ?").namespace(namespace).lease(lease)), key);
        await().atMost(Nodes.PATIENCE)
                .until(() -> read(nodes.server.url(), namespace).stream()
                        .anyMatch(status -> status.waiting().equals(List.of("b '\"\\ ?"))));
        assertThat(read(nodes.server.url(), namespace))
                .singleElement()
                .satisfies(status -> assertThat(status.key()).isEqualTo(key));

        first.close();

        assertThat(nodes.awaitStart().term().node()).isEqualTo("b '\"\\ ?");
    }

    private static List<KeyStatus> read(String url, Namespace namespace) {
        return PostgresDirectory.read(DatabaseUrl.parse(url), namespace, Duration.ofSeconds(5));
    }

    @Test
    void D11_a_role_that_may_only_connect_runs_a_singleton_and_another_one_sees_who_does() throws Exception {
        String database = nodes.server.newDatabase();
        nodes.execute("revoke connect, temporary on database " + database + " from public");
        for (String role : List.of("least_runner", "least_reader")) {
            nodes.execute("create role " + role + " login password 'x' noinherit");
            nodes.execute("grant connect on database " + database + " to " + role);
        }
        try (Connection inside = nodes.server.connect(database);
                Statement statement = inside.createStatement()) {
            statement.execute("revoke all on schema public from public");
        }
        String runner = "postgres://least_runner:x@127.0.0.1:" + nodes.server.port() + "/" + database;
        nodes.start(nodes.open(nodes.builder("runner").url(runner)), Key.of("relay"));
        long token = nodes.awaitStart().term().token();

        List<KeyStatus> seen = read(runner.replace("runner", "reader"), nodes.namespace);

        assertThat(seen).singleElement().satisfies(status -> {
            assertThat(status.key()).isEqualTo(Key.of("relay"));
            assertThat(status.state()).isEqualTo(KeyStatus.State.RUNNING);
            assertThat(status.holder().orElseThrow().node()).isEqualTo("runner");
            assertThat(status.holder().orElseThrow().token()).hasValue(token);
            assertThat(status.holder().orElseThrow().since()).isPresent();
        });
    }

    /** A step of the server's clock is nothing to a protocol that does not read it. */
    @Test
    void D5_no_statement_that_decides_reads_the_clock_of_the_server() {
        assertThat(List.of(Sql.TRY, Sql.MARK, Sql.RUN, Sql.CLEAN, Sql.UNLOCK, Sql.BEAT))
                .allSatisfy(sql -> assertThat(
                                Arrays.asList(sql.toLowerCase(Locale.ROOT).split("[^a-z_]+")))
                        .doesNotContain(
                                "now",
                                "clock_timestamp",
                                "statement_timestamp",
                                "transaction_timestamp",
                                "current_timestamp",
                                "localtimestamp",
                                "current_time",
                                "age"));
    }
}
