package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Key;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** D8: what stands in the way of a session is named, with its remedy. The texts themselves are in ProblemsTest. */
final class RefusalsTest {
    private final Nodes nodes = new Nodes();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    private String url(String user, String password, String database) {
        return "postgres://" + user + ":" + password + "@127.0.0.1:" + nodes.server.port() + "/" + database;
    }

    private Problem problemOf(String url) throws Exception {
        return Nodes.awaitProblem(nodes.open(nodes.builder("refused").url(url)));
    }

    @Test
    void D8_a_wrong_password() throws Exception {
        nodes.execute("create role locked_out login password 'right'");

        Problem problem = problemOf(url("locked_out", "wr0ng", "postgres"));

        assertThat(problem.code()).isEqualTo("AUTHENTICATION");
        assertThat(problem.toString()).doesNotContain("wr0ng").contains("pg_hba.conf");
    }

    @Test
    void D8_an_unknown_database() throws Exception {
        assertThat(Nodes.awaitProblem(nodes.open(nodes.builder("refused").url(nodes.server.url("nowhere"))))
                        .code())
                .isEqualTo("NO_DATABASE");
    }

    @Test
    void D8_a_role_that_may_have_no_more_connections() throws Exception {
        nodes.execute("create role crowded login password 'x' connection limit 0");

        assertThat(problemOf(url("crowded", "x", "postgres")).code()).isEqualTo("TOO_MANY_CONNECTIONS");
    }

    @Test
    void D8_a_database_that_the_role_may_not_connect_to() throws Exception {
        String database = nodes.server.newDatabase();
        nodes.execute("revoke connect on database " + database + " from public");
        nodes.execute("create role stranger login password 'x'");

        Problem problem = problemOf(url("stranger", "x", database));

        assertThat(problem.code()).isEqualTo("PRIVILEGE");
        assertThat(problem.remedy()).contains("CONNECT");
    }

    @Test
    void D8_a_role_that_is_read_only() throws Exception {
        nodes.execute("create role reader login password 'x'");
        nodes.execute("alter role reader set default_transaction_read_only = on");

        PostgresLocks locks = nodes.open(nodes.builder("refused").url(url("reader", "x", "postgres")));

        assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("READ_ONLY");
        assertThat(locks.condition().phase()).isEqualTo(Condition.Phase.REFUSED);
    }

    @Test
    void D8_a_port_where_nobody_listens() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        PostgresLocks locks = nodes.open(nodes.builder("refused").url("postgres://u@127.0.0.1:" + free + "/d"));

        assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("UNREACHABLE");
        assertThat(locks.condition().phase()).isEqualTo(Condition.Phase.CONNECTING);
    }

    @Test
    void D8_a_standby() throws Exception {
        try (PostgresServer server = PostgresServer.start(18);
                Nodes some = new Nodes(server)) {
            server.stop(Shutdown.FAST);
            Files.createFile(server.dataDirectory().resolve("standby.signal"));
            server.startAgain();

            assertThat(Nodes.awaitProblem(some.open("a")).code()).isEqualTo("IN_RECOVERY");
        }
    }

    @Test
    void D8_a_lock_table_that_is_full() throws Exception {
        try (PostgresServer server = PostgresServer.builder()
                        .major(18)
                        .setting("max_locks_per_transaction", "10")
                        .setting("max_connections", "20")
                        .start();
                Nodes some = new Nodes(server);
                Connection hog = server.connect("postgres");
                Statement statement = hog.createStatement()) {
            PostgresLocks locks = some.open("a");
            Nodes.awaitReady(locks);
            statement.execute("do $$ declare i bigint := 0; begin loop i := i + 1;"
                    + " begin perform pg_advisory_lock(i); exception when out_of_memory then exit; end;"
                    + " end loop; end $$");
            for (int i = 0; i < 200; i++) {
                locks.claim(Key.of("key-" + i), new Nobody());
            }

            Problem problem = Nodes.awaitProblem(locks);

            assertThat(problem.code()).isEqualTo("LOCK_TABLE_FULL");
            assertThat(problem.remedy()).contains("max_locks_per_transaction");
        }
    }

    @Test
    void D8_a_connection_that_somebody_has_used_for_locks_before() throws Exception {
        PostgresLocks locks = nodes.open(PostgresLocks.builder()
                .connections(() -> {
                    Connection used = nodes.server.connect("postgres");
                    try (Statement statement = used.createStatement()) {
                        statement.execute("select pg_advisory_lock(99)");
                    }
                    return used;
                })
                .namespace(nodes.namespace)
                .lease(Nodes.LEASE));

        assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("LOCKS_HELD");
    }

    @Test
    void D8_a_function_that_makes_no_connection() throws Exception {
        PostgresLocks locks =
                nodes.open(PostgresLocks.builder().connections(() -> null).lease(Nodes.LEASE));

        assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("NO_CONNECTION");
    }
}
