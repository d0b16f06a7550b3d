package dev.highlander.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PostgresServerTest {
    @BeforeAll
    static void needsPostgres() {
        Assumptions.assumeFalse(PostgresServer.majors().isEmpty(), "no Postgres for this platform");
    }

    static Stream<Integer> majors() {
        return PostgresServer.majors().stream();
    }

    static Stream<Arguments> majorsAndShutdowns() {
        return majors().flatMap(major -> Stream.of(Shutdown.values()).map(how -> arguments(major, how)));
    }

    @ParameterizedTest
    @MethodSource("majors")
    void is_a_server_of_that_major_with_durable_commits_on_loopback_only(int major) {
        try (PostgresServer server = PostgresServer.start(major)) {
            assertThat(server.setting("server_version")).startsWith(major + ".");
            assertThat(server.setting("fsync")).isEqualTo("on");
            assertThat(server.setting("synchronous_commit")).isEqualTo("on");
            assertThat(server.setting("full_page_writes")).isEqualTo("on");
            assertThat(server.setting("listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(server.setting("port")).isEqualTo(Integer.toString(server.port()));
        }
    }

    @ParameterizedTest
    @MethodSource("majorsAndShutdowns")
    void a_restart_keeps_data_and_port(int major, Shutdown how) throws SQLException {
        try (PostgresServer server = PostgresServer.start(major)) {
            String database = server.newDatabase();
            insert(server, database);
            int port = server.port();
            long pid = server.pid();

            server.restart(how);

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.pid()).isNotEqualTo(pid);
            assertThat(rows(server, database)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("majors")
    void a_crashed_server_starts_again_with_what_was_committed(int major) throws SQLException {
        try (PostgresServer server = PostgresServer.start(major)) {
            for (int crashes = 1; crashes <= 2; crashes++) {
                insert(server, "postgres");
                server.crash();
                assertThat(server.isRunning()).isFalse();
                assertThatThrownBy(() -> server.connect("postgres")).isInstanceOf(SQLException.class);
                server.startAgain();
                assertThat(rows(server, "postgres")).isEqualTo(crashes);
            }
        }
    }

    @Test
    void two_run_at_once_and_leave_nothing() throws SQLException {
        Path first;
        Path second;
        try (PostgresServer one = PostgresServer.start(18);
                PostgresServer two = PostgresServer.start(18)) {
            insert(one, "postgres");
            insert(two, "postgres");
            assertThat(one.port()).isNotEqualTo(two.port());
            assertThat(systemIdentifier(one)).isNotEqualTo(systemIdentifier(two));
            first = one.dataDirectory();
            second = two.dataDirectory();
        }
        assertThat(first).doesNotExist();
        assertThat(first.getParent()).doesNotExist();
        assertThat(second).doesNotExist();
    }

    @Test
    void the_shared_server_is_one() {
        PostgresServer shared = PostgresServer.shared(18);
        assertThat(PostgresServer.shared(18)).isSameAs(shared);
        assertThat(shared.newDatabase()).isNotEqualTo(shared.newDatabase());
    }

    @Test
    void databases_of_any_name_can_be_made_reached_and_dropped() throws SQLException {
        PostgresServer server = PostgresServer.shared(18);
        String name = "it's \"odd\" & 100% früh/spät";
        server.createDatabase(name);
        try (var connection = DriverManager.getConnection(server.url(name))) {
            assertThat(connection.getCatalog()).isEqualTo(name);
            server.dropDatabase(name);
            assertThat(connection.isValid(1)).isFalse();
        }
        assertThat(server.libpqUrl("app"))
                .matches("postgres://postgres:[0-9a-f]+@127\\.0\\.0\\.1:" + server.port() + "/app");
    }

    @Test
    void nobody_gets_in_without_the_password() {
        String url = PostgresServer.shared(18).url().replaceFirst("password=.*", "password=guess");
        assertThatThrownBy(() -> DriverManager.getConnection(url)).hasMessageContaining("password authentication");
    }

    @Test
    void settings_are_taken_at_the_start_while_it_runs_and_while_it_is_down() {
        try (PostgresServer server =
                PostgresServer.builder().setting("max_connections", "42").start()) {
            assertThat(server.setting("max_connections")).isEqualTo("42");

            server.setting("application_name", "it's new");
            assertThat(server.setting("log_min_messages")).isEqualTo("warning");
            server.setting("log_min_messages", "error");
            assertThat(server.setting("log_min_messages")).isEqualTo("error");

            server.stop(Shutdown.FAST);
            server.setting("max_connections", "43");
            server.startAgain();
            assertThat(server.setting("max_connections")).isEqualTo("43");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PostgresServer.builder().setting("a = b; c", "1"));
    }

    @Test
    void a_failed_start_says_why_and_what_to_do_and_leaves_nothing() {
        PostgresServer.Builder wrong = PostgresServer.builder().setting("max_connections", "many");
        assertThatThrownBy(wrong::start)
                .isInstanceOf(PostgresServerException.class)
                .hasMessageContaining("invalid value for parameter \"max_connections\"")
                .hasMessageContaining("What to do: correct the settings given to the builder")
                .satisfies(failure -> {
                    String folder = failure.getMessage().replaceFirst("(?s).* in (\\S+/data)\\. .*", "$1");
                    assertThat(Path.of(folder).getParent()).doesNotExist();
                });
    }

    @Test
    void the_message_of_a_failed_start_ends_with_the_remedy() {
        String log = "line\n".repeat(100) + "could not bind IPv4 address \"127.0.0.1\": Address already in use\n";
        assertThat(Advice.message("Postgres 18 did not start", log))
                .startsWith("Postgres 18 did not start. The end of its log:\n  line\n")
                .endsWith("Address already in use\nWhat to do: choose another port, or none: a free one is found then")
                .hasLineCount(27);
    }

    @Test
    void an_absent_major_is_told_with_those_that_are_present() {
        assertThatThrownBy(() -> PostgresServer.start(13))
                .hasMessageContaining("no Postgres 13")
                .hasMessageContaining(PostgresServer.majors().toString())
                .hasMessageContaining("-Pmajors");
    }

    @Test
    void a_given_data_directory_is_kept_and_used_again(@TempDir Path folder) throws SQLException {
        Path data = folder.resolve("a folder/".repeat(12)).resolve("data"); // longer than a socket's path may be
        try (PostgresServer server =
                PostgresServer.builder().dataDirectory(data).start()) {
            insert(server, "postgres");
            assertThat(server.dataDirectory()).isEqualTo(data);
            assertThat(server.logFile()).isRegularFile().hasParent(data);
        }
        try (PostgresServer server =
                PostgresServer.builder().dataDirectory(data).start()) {
            assertThat(rows(server, "postgres")).isEqualTo(1);
        }
        PostgresServer.Builder other = PostgresServer.builder().major(14).dataDirectory(data);
        assertThatThrownBy(other::start).hasMessageContaining("holds data of Postgres 18, not of 14");
        assertThat(Files.exists(data.resolve("PG_VERSION"))).isTrue();
    }

    private static void insert(PostgresServer server, String database) throws SQLException {
        try (var connection = server.connect(database);
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS t (n int)");
            statement.execute("INSERT INTO t VALUES (1)");
        }
    }

    private static int rows(PostgresServer server, String database) throws SQLException {
        try (var connection = server.connect(database);
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT count(*) FROM t")) {
            result.next();
            return result.getInt(1);
        }
    }

    private static long systemIdentifier(PostgresServer server) throws SQLException {
        try (var connection = server.connect("postgres");
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT system_identifier FROM pg_control_system()")) {
            result.next();
            return result.getLong(1);
        }
    }
}
