package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.postgres.Nodes.Running;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who holds what and who waits, as anyone with a connection can see it. */
final class PostgresDirectoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Nodes nodes = new Nodes();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    private List<KeyStatus> read() {
        return PostgresDirectory.read(DatabaseUrl.parse(nodes.server.url()), nodes.namespace, PATIENCE);
    }

    @Test
    void D11_shows_the_holder_with_its_token_and_those_who_wait() throws Exception {
        nodes.start(nodes.open("holder"), Key.of("a relay, of sorts"));
        Running running = nodes.awaitStart();
        nodes.start(nodes.open("second"), Key.of("a relay, of sorts"));
        nodes.start(nodes.open("third"), Key.of("a relay, of sorts"));

        await().atMost(Nodes.PATIENCE)
                .until(() -> read().size() == 1 && read().get(0).waiting().equals(List.of("second", "third")));
        KeyStatus status = read().get(0);
        assertThat(status.key()).isEqualTo(Key.of("a relay, of sorts"));
        assertThat(status.state()).isEqualTo(KeyStatus.State.RUNNING);
        Holder holder = status.holder().orElseThrow();
        assertThat(holder.node()).isEqualTo("holder");
        assertThat(holder.token()).hasValue(running.term().token());
        assertThat(holder.address()).contains("127.0.0.1");
        assertThat(holder.since()).isPresent();
    }

    @Test
    void a_holder_that_does_not_answer_is_shown_by_what_the_server_knows() throws Exception {
        try (SilentProxy proxy = new SilentProxy(nodes.server.port())) {
            String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres?"
                    + nodes.server.url().replaceFirst(".*\\?", "");
            nodes.start(nodes.open(nodes.builder("frozen").url(url)), Key.of("relay"));
            nodes.awaitStart();
            proxy.fallSilent();

            List<KeyStatus> all = PostgresDirectory.read(
                    DatabaseUrl.parse(nodes.server.url()), nodes.namespace, Duration.ofMillis(100));

            assertThat(all).hasSize(1);
            assertThat(all.get(0).holder().orElseThrow().node()).isEqualTo("frozen");
            assertThat(all.get(0).state()).isEqualTo(KeyStatus.State.SILENT);
            assertThat(all.get(0).key()).isEqualTo(Key.number(new Key.Named("relay").hash(nodes.namespace)));
        }
    }

    @Test
    void where_there_is_a_ledger_it_tells_what_a_holder_runs_that_does_not_answer() throws Exception {
        try (SilentProxy proxy = new SilentProxy(nodes.server.port())) {
            String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres?"
                    + nodes.server.url().replaceFirst(".*\\?", "");
            nodes.start(nodes.open(nodes.builder("frozen").url(url).ledger()), Key.of("relay"));
            Running running = nodes.awaitStart();
            long token = running.term().token();
            proxy.fallSilent();

            KeyStatus status = PostgresDirectory.read(
                            DatabaseUrl.parse(nodes.server.url()), nodes.namespace, Duration.ofMillis(100))
                    .get(0);

            assertThat(status.key()).isEqualTo(Key.of("relay"));
            assertThat(status.state()).isEqualTo(KeyStatus.State.SILENT);
            assertThat(status.holder().orElseThrow().token()).hasValue(token);
            assertThat(status.holder().orElseThrow().since()).isPresent();
        }
    }

    @Test
    void a_holder_that_settles_holds_and_does_not_run() throws Exception {
        nodes.start(nodes.open("settling"), Key.of("relay"));

        await().atMost(Nodes.PATIENCE)
                .until(() -> !read().isEmpty() && read().get(0).state() == KeyStatus.State.HELD);

        nodes.awaitStart();
    }

    @Test
    void a_key_that_a_foreign_session_holds_is_wanted() throws Exception {
        long number = new Key.Named("relay").hash(nodes.namespace);
        try (Connection foreign = nodes.server.connect("postgres");
                Statement statement = foreign.createStatement()) {
            statement.execute("select pg_advisory_lock(" + number + ")");
            nodes.start(nodes.open("waiting"), Key.of("relay"));

            await().atMost(Nodes.PATIENCE).until(() -> read().size() == 1);

            KeyStatus status = read().get(0);
            assertThat(status.state()).isEqualTo(KeyStatus.State.WANTED);
            assertThat(status.holder()).isEmpty();
            assertThat(status.waiting()).containsExactly("waiting");
        }
    }

    @Test
    void another_namespace_shows_nothing_of_this_one() throws Exception {
        nodes.start(nodes.open("holder"), Key.of("relay"));
        nodes.awaitStart();

        assertThat(PostgresDirectory.read(
                        DatabaseUrl.parse(nodes.server.url()), new Nodes().namespace, Duration.ofMillis(10)))
                .isEmpty();
    }

    @Test
    void a_server_that_refuses_is_named_with_the_remedy() {
        DatabaseUrl url = DatabaseUrl.parse(nodes.server.url("nowhere"));

        assertThatThrownBy(() -> PostgresDirectory.read(url, nodes.namespace, PATIENCE))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("no such database")
                .hasMessageContaining("[NO_DATABASE]");
    }
}
