package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Key;
import dev.highlander.postgres.Nodes.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator may have set, on a server that has all of it: D1, D8. */
final class ServerSideTest {
    private static final Key KEY = Key.of("relay");

    @TempDir
    private static Path directory;

    private static PostgresServer server;
    private static Certificates right;

    private Nodes nodes;

    @BeforeAll
    static void start() throws Exception {
        right = Certificates.of(directory, "ip:127.0.0.1");
        server = PostgresServer.builder()
                .setting("max_connections", "12")
                .setting("superuser_reserved_connections", "6")
                .setting("max_wal_senders", "0")
                .setting("wal_level", "minimal")
                .start();
        server.certificate(right.certificate(), right.key());
        Files.writeString(directory.resolve("right.pem"), right.certificate());
        Files.writeString(
                directory.resolve("wrong.pem"),
                Certificates.of(directory, "dns:elsewhere").certificate());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        nodes = new Nodes(server);
    }

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    private String url(String user, String parameters) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=" + user + "&password=x&" + parameters;
    }

    private String verified(String host, String root) {
        return "jdbc:postgresql://" + host + ":" + server.port() + "/postgres?"
                + server.url().replaceFirst(".*\\?", "") + "&sslmode=verify-full&sslrootcert="
                + directory.resolve(root);
    }

    private Problem problemOf(String url) throws Exception {
        return Nodes.awaitProblem(nodes.open(nodes.builder("refused").url(url)));
    }

    @Test
    void D8_a_server_that_is_made_read_only_takes_the_key_from_its_holder_by_name_until_it_is_so_no_more()
            throws Exception {
        PostgresLocks locks = nodes.open("holder");
        nodes.start(locks, KEY);
        Running first = nodes.awaitStart();
        CountDownLatch named = new CountDownLatch(1);
        locks.listen(condition -> condition
                .problem()
                .filter(problem -> problem.code().equals("READ_ONLY"))
                .ifPresent(problem -> named.countDown()));
        try {
            server.setting("default_transaction_read_only", "on");

            first.awaitEnd();
            assertThat(named.await(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            try (Connection admin =
                    DriverManager.getConnection(server.url() + "&options=-c%20default_transaction_read_only%3Doff")) {
                admin.createStatement().execute("alter system reset default_transaction_read_only");
                admin.createStatement().execute("select pg_reload_conf()");
            }
        }
        assertThat(nodes.awaitStart().term().token()).isGreaterThan(first.term().token());
    }

    @Test
    void D8_a_log_in_that_pg_hba_conf_refuses() throws Exception {
        nodes.execute("create role barred login password 'x'");
        server.access("host all barred 127.0.0.1/32 reject");

        Problem problem = problemOf(url("barred", ""));

        assertThat(problem.code()).isEqualTo("AUTHENTICATION");
        assertThat(problem.remedy()).contains("pg_hba.conf");
    }

    @Test
    void D8_a_server_that_has_no_connection_left_is_named_and_used_as_soon_as_it_has_one() throws Exception {
        nodes.execute("create role many login password 'x'");
        List<Connection> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            taken.add(DriverManager.getConnection(url("many", "")));
        }
        PostgresLocks locks = nodes.open(nodes.builder("late").url(url("many", "")));
        assertThat(Nodes.awaitProblem(locks).code()).isEqualTo("TOO_MANY_CONNECTIONS");

        for (Connection each : taken) {
            each.close();
        }

        Nodes.awaitReady(locks);
    }

    /** A node that waits checks every half lease: the administrator's times would end its session before. */
    @Test
    void D8_an_administrators_own_timeouts_do_not_end_the_session() throws Exception {
        nodes.execute("create role hurried login password 'x'");
        nodes.execute("alter role hurried set idle_session_timeout = '100ms'");
        nodes.execute("alter role hurried set lock_timeout = '1s'");
        nodes.execute("alter database postgres set statement_timeout = '5s'");
        try {
            PostgresLocks locks = nodes.open(nodes.builder("waits").url(url("hurried", "")));
            Nodes.awaitReady(locks);
            CountDownLatch checks = new CountDownLatch(4);
            CountDownLatch troubles = new CountDownLatch(1);
            locks.listen(condition -> {
                if (condition.phase() != Condition.Phase.READY) {
                    troubles.countDown();
                }
            });

            locks.listenToChecks(check -> checks.countDown());

            assertThat(checks.await(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(troubles.getCount()).isEqualTo(1);
        } finally {
            nodes.execute("alter database postgres reset statement_timeout");
        }
    }

    @Test
    void D8_a_server_whose_certificate_is_verified_serves() throws Exception {
        nodes.start(nodes.open(nodes.builder("tls").url(verified("127.0.0.1", "right.pem"))), KEY);
        Running running = nodes.awaitStart();

        assertThat(running.term().isHeld()).isTrue();
        assertThat(nodes.ask("select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid)"
                        + " where a.application_name = 'tls' and s.ssl"))
                .isEqualTo("1");
    }

    @Test
    void D8_a_certificate_that_nobody_trusted_has_signed_is_refused_by_name() throws Exception {
        assertThat(problemOf(verified("127.0.0.1", "wrong.pem")).code()).isEqualTo("CERTIFICATE");
    }

    @Test
    void D8_a_certificate_for_another_host_is_refused_by_name() throws Exception {
        assertThat(problemOf(verified("localhost", "right.pem")).code()).isEqualTo("CERTIFICATE");
    }

    @Test
    void D8_a_log_in_that_is_bound_to_its_channel_serves() throws Exception {
        nodes.execute("create role bound login password 'x'");
        server.access("hostssl all bound 127.0.0.1/32 scram-sha-256", "host all bound 127.0.0.1/32 reject");
        String url = url(
                "bound", "channelBinding=require&sslmode=verify-full&sslrootcert=" + directory.resolve("right.pem"));
        Nodes.awaitReady(nodes.open(nodes.builder("bound").url(url)));

        assertThat(problemOf(url("bound", "channelBinding=require&sslmode=disable"))
                        .code())
                .isEqualTo("AUTHENTICATION");
    }
}
