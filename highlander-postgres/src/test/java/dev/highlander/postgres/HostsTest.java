package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.postgres.Nodes.Running;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A primary and a standby that streams from it: several hosts in a URL, and heartbeats that wait for the standby. */
final class HostsTest {
    private static final Key KEY = Key.of("relay");

    private static PostgresServer primary;
    private static PostgresServer standby;

    private Nodes nodes;

    @BeforeAll
    static void start() {
        primary = PostgresServer.start(18);
        standby = PostgresServer.builder().standbyOf(primary).start();
    }

    @AfterAll
    static void stop() {
        standby.close();
        primary.close();
    }

    @BeforeEach
    void open() {
        nodes = new Nodes(primary);
    }

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    private static String url(Integer... ports) {
        StringBuilder hosts = new StringBuilder();
        for (int port : ports) {
            hosts.append(hosts.isEmpty() ? "" : ",").append("127.0.0.1:").append(port);
        }
        return "jdbc:postgresql://" + hosts + "/postgres?" + primary.url().replaceFirst(".*\\?", "");
    }

    private void awaitReady(String url) throws Exception {
        Nodes.awaitReady(nodes.open(nodes.builder("some").url(url)));
    }

    @Test
    void D2_of_several_hosts_the_primary_is_found() throws Exception {
        awaitReady(url(standby.port(), primary.port()));
    }

    /** The kernel answers for it, and then nobody does. */
    @Test
    void D2_a_host_that_does_not_answer_leaves_time_for_the_next_one() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            awaitReady(url(silent.getLocalPort(), primary.port()));
        }
    }

    @Test
    void D5_after_a_promotion_the_child_starts_again_by_way_of_the_same_URL_and_tokens_rise() throws Exception {
        nodes.start(nodes.open(nodes.builder("a").url(url(primary.port(), standby.port()))), KEY);
        Running first = nodes.awaitStart();
        standby.awaitReplayOf(primary);
        primary.stop(Shutdown.IMMEDIATE);

        standby.promote();

        Running second = nodes.awaitStart();
        assertThat(first.isRunning()).isFalse();
        assertThat(second.term().token()).isGreaterThan(first.term().token());
        nodes.close();
        primary.follow(standby);
        PostgresServer before = primary;
        primary = standby;
        standby = before;
    }

    @Test
    void D5_with_synchronous_heartbeats_a_primary_that_its_standby_left_keeps_no_holder() throws Exception {
        primary.setting("synchronous_standby_names", "standby");
        try {
            PostgresLocks locks = nodes.open(nodes.builder("a").synchronousHeartbeats());
            nodes.start(locks, KEY);
            Running first = nodes.awaitStart();

            standby.stop(Shutdown.FAST);

            first.awaitEnd();
            assertThat(primary.isRunning()).isTrue();
            standby.startAgain();
            assertThat(nodes.awaitStart().term().token())
                    .isGreaterThan(first.term().token());
        } finally {
            primary.setting("synchronous_standby_names", "");
        }
    }

    @Test
    void D5_synchronous_heartbeats_are_refused_where_the_server_waits_for_no_standby() throws Exception {
        Condition.Problem problem =
                Nodes.awaitProblem(nodes.open(nodes.builder("a").synchronousHeartbeats()));

        assertThat(problem.code()).isEqualTo("NOT_SYNCHRONOUS");
        assertThat(problem.remedy()).contains("synchronous_standby_names");
    }

    /** What was committed then is on no standby, yet the server calls it a success. */
    @Test
    void trap_a_wait_for_a_standby_that_is_cancelled_is_no_success() throws Exception {
        primary.setting("synchronous_standby_names", "standby");
        PostgresLocks locks = nodes.open(nodes.builder("cancelled")
                .lease(Lease.of(Duration.ofSeconds(10)))
                .synchronousHeartbeats());
        Nodes.awaitReady(locks);
        CountDownLatch named = new CountDownLatch(1);
        locks.listen(condition -> condition
                .problem()
                .filter(problem -> problem.code().equals("WARNED"))
                .ifPresent(problem -> named.countDown()));
        primary.setting("synchronous_standby_names", "nobody");
        try (Connection admin = primary.connect("postgres");
                Statement statement = admin.createStatement()) {
            String cancel = "select count(*) filter (where pg_cancel_backend(pid)) from pg_stat_activity"
                    + " where application_name = 'cancelled' and wait_event = 'SyncRep'";
            for (long end = System.nanoTime() + Nodes.PATIENCE.toNanos(); named.getCount() > 0; ) {
                statement.execute(cancel);
                assertThat(System.nanoTime()).isLessThan(end);
            }
            assertThat(named.await(1, TimeUnit.SECONDS)).isTrue();
        } finally {
            primary.setting("synchronous_standby_names", "");
        }
    }
}
