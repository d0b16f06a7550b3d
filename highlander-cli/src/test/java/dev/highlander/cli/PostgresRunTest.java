package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code highlander run} as processes, on a real Postgres. */
class PostgresRunTest {
    private static final String UNTIL_TERM = "echo up $$; exec sleep 1000";
    private static final String IGNORES_TERM = "trap '' TERM; echo up $$; while :; do sleep 0.1; done";

    private final List<Wrapper> started = new ArrayList<>();
    private final PostgresServer server = PostgresServer.shared(18);
    private final String database = server.newDatabase();

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
        server.dropDatabase(database);
    }

    private Wrapper wrapper(String url, String node, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("run", "--key", "job", "--lease", "1s", "--node", node));
        args.addAll(Arrays.asList(more));
        Wrapper wrapper = Wrapper.start(Map.of("DATABASE_URL", url), args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private Wrapper shell(String node, String script) throws IOException {
        return wrapper(server.libpqUrl(database), node, "--", "sh", "-c", script);
    }

    @Test
    void A1_oneOfThreeRunsTheCommand_andAnotherTakesOverWhenItStops() throws Exception {
        Wrapper first = shell("node-a", UNTIL_TERM);
        first.awaitErr("highlander: settling for 1.2 s, since an earlier holder's command may still run");
        first.awaitOut("up");
        Wrapper second = shell("node-b", UNTIL_TERM);
        second.awaitErr("highlander: standing by: node-a holds the key");
        Wrapper third = shell("node-c", UNTIL_TERM);
        third.awaitErr("highlander: standing by: node-a holds the key");
        second.signal("TERM");
        assertThat(second.await()).isEqualTo(143);
        assertThat(second.out()).isEmpty();

        first.signal("TERM");

        assertThat(first.await()).isEqualTo(143);
        third.awaitOut("up");
        assertThat(third.err())
                .as("what was left cleanly needs no settling")
                .noneMatch(line -> line.contains("settling"));
    }

    @Test
    void F3_theExitStatusIsTheCommands() throws Exception {
        Wrapper run = shell("node-a", "exit 3");

        assertThat(run.await()).isEqualTo(3);
        assertThat(run.err()).last().isEqualTo("highlander: sh ended with status 3; the key is released");
    }

    @Test
    void B4_theKeyIsReleasedOnlyWhenTheCommandIsDead() throws Exception {
        Wrapper first = wrapper(server.url(database), "node-a", "--grace", "500ms", "--", "sh", "-c", IGNORES_TERM);
        String pid = first.awaitOut("up ").substring(3);
        Wrapper second = shell("node-b", "kill -0 " + pid + " && echo alive || echo gone");
        second.awaitErr("standing by");

        first.signal("TERM");

        assertThat(first.await()).isEqualTo(137);
        assertThat(second.await()).isZero();
        assertThat(second.out()).containsExactly("gone");
    }

    @Test
    void D4_anOutageStopsTheCommand_andItIsBackAfterTheOutage() throws Exception {
        try (PostgresServer own = PostgresServer.start(18)) {
            Wrapper run = wrapper(own.url(), "node-a", "--connect-timeout", "5s", "--", "sh", "-c", IGNORES_TERM);
            long first = Long.parseLong(run.awaitOut("up ").substring(3));
            ProcessHandle child = ProcessHandle.of(first).orElseThrow();

            own.stop(Shutdown.IMMEDIATE);

            run.awaitErr("highlander: lost the key, since the lock service is out of reach: stopping sh");
            run.awaitErr("highlander: sh is stopped; standing by");
            assertThat(child.isAlive()).isFalse();
            assertThat(run.awaitErr("[UNREACHABLE]"))
                    .startsWith("highlander: Postgres at jdbc:postgresql://127.0.0.1:" + own.port()
                            + "/postgres can't be" + " reached: ")
                    .contains("Check host, port and network; this node keeps trying.");

            own.startAgain();

            run.awaitErr("highlander: the lock service can be used again");
            run.awaitOutCount("up ", 2);
            assertThat(run.out().get(1)).isNotEqualTo(run.out().get(0));
            run.signal("TERM");
            assertThat(run.await()).isEqualTo(137);
        }
    }

    private Wrapper refused(String url, String limit) throws IOException {
        return wrapper(url, "node-a", "--connect-timeout", limit, "--", "echo", "up");
    }

    private String wrongPassword() {
        return "postgres://postgres:s3cret@127.0.0.1:" + server.port() + "/x";
    }

    @Test
    void D8_aRefusalEndsItAtOnceWithItsRemedyAndStatus78() throws Exception {
        Wrapper password = refused(wrongPassword(), "30s");
        Wrapper absent = refused(server.libpqUrl("no_such"), "30s");

        assertThat(password.await()).isEqualTo(78);
        assertThat(absent.await()).isEqualTo(78);

        assertThat(password.err()).last().asString().contains("Check user and password", "[AUTHENTICATION]");
        assertThat(absent.err()).last().asString().contains("Create the database", "[NO_DATABASE]");
        for (Wrapper wrapper : List.of(password, absent)) {
            assertThat(wrapper.out()).isEmpty();
            assertThat(wrapper.err()).noneMatch(line -> line.contains("s3cret"));
        }
    }

    @Test
    void D8_withoutAConnectTimeoutARefusalIsToldOnce_andContendingGoesOn() throws Exception {
        Wrapper run = refused(wrongPassword(), "0");

        assertThat(run.awaitErr("[AUTHENTICATION]")).contains("Check user and password");
        run.signal("TERM");

        assertThat(run.await()).isEqualTo(143);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasSize(1);
    }

    @Test
    void D8_aServerThatIsNotThereEndsItWithStatus69_afterTheConnectTimeout() throws Exception {
        Wrapper run = refused("postgres://127.0.0.1:1/x", "3s");

        assertThat(run.await()).isEqualTo(69);

        assertThat(run.out()).isEmpty();
        assertThat(run.err()).hasSize(2);
        assertThat(run.err().get(0)).contains("can't be reached", "[UNREACHABLE]");
        assertThat(run.err().get(1))
                .isEqualTo("highlander: gave up, since the lock service could not be used within 3 s [UNREACHABLE]."
                        + " Put that right, or give --connect-timeout more time, or 0 to try for ever.");
    }

    @Test
    void D8_aServerThatSaysNothingEndsItWithStatus69Too() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Wrapper run = refused("postgres://127.0.0.1:" + silent.getLocalPort() + "/x", "500ms");

            assertThat(run.await()).isEqualTo(69);
            assertThat(run.err()).last().asString().startsWith("highlander: gave up, since the lock service could not");
        }
    }

    @Test
    void D13_aNodeWithAnotherLeaseIsRefused() throws Exception {
        Wrapper first = shell("node-a", UNTIL_TERM);
        first.awaitOut("up");

        Wrapper other = Wrapper.start(
                Map.of("DATABASE_URL", server.libpqUrl(database)),
                "run",
                "--key",
                "x",
                "--lease",
                "2s",
                "--",
                "echo",
                "up");
        started.add(other);

        assertThat(other.awaitErr("[LEASE_DIFFERS]"))
                .startsWith("highlander: Another node in this namespace has a lease of 1000 ms, this one has 2000 ms");
        assertThat(other.out()).isEmpty();
    }

    private Wrapper status(String url, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("status"));
        args.addAll(Arrays.asList(more));
        Wrapper wrapper = Wrapper.start(Map.of("HIGHLANDER_POSTGRES", url), args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    @Test
    void D11_statusShowsWhoHoldsWhat_andWhoWaits() throws Exception {
        String url = server.libpqUrl(database);
        Wrapper holder = shell("node-a", UNTIL_TERM);
        holder.awaitOut("up");
        Wrapper standby = shell("node-b", UNTIL_TERM);
        standby.awaitErr("standing by");

        Wrapper table = status(url);
        assertThat(table.await()).isZero();
        assertThat(table.out()).hasSize(2);
        assertThat(table.out().get(1)).matches("job +running +node-a +20..-..-..T..:..:..Z +[0-9]+ +127.0.0.1 +node-b");

        Wrapper json = status(url, "--json", "--key", "job");
        assertThat(json.await()).isZero();
        JsonNode row = JsonMapper.shared()
                .readTree(String.join("\n", json.out()))
                .get("keys")
                .get(0);
        assertThat(row.get("key").asString()).isEqualTo("job");
        assertThat(row.get("state").asString()).isEqualTo("running");
        assertThat(row.get("node").asString()).isEqualTo("node-a");
        assertThat(row.get("token").isIntegralNumber()).isTrue();
        assertThat(row.get("waiting").get(0).asString()).isEqualTo("node-b");

        assertThat(status(url, "--key", "other").await()).isEqualTo(1);

        Wrapper elsewhere = status(url, "--namespace", "other");
        assertThat(elsewhere.await()).isZero();
        assertThat(elsewhere.out()).hasSize(1);
    }

    private Wrapper command(String url, String... args) throws IOException {
        Wrapper wrapper = Wrapper.start(Map.of("DATABASE_URL", url), args);
        started.add(wrapper);
        return wrapper;
    }

    @Test
    void F9_historyShowsWhoRanIt_andHowItEnded_whereNodesKeepALedger() throws Exception {
        String url = server.libpqUrl(database);
        Wrapper none = command(url, "history");
        assertThat(none.await()).isEqualTo(69);
        assertThat(none.err()).last().asString().contains("--ledger", "[NO_LEDGER]");
        Wrapper first = wrapper(url, "node-a", "--ledger", "--", "sh", "-c", UNTIL_TERM);
        first.awaitOut("up");
        first.signal("TERM");
        assertThat(first.await()).isEqualTo(143);

        Wrapper json = command(url, "history", "--json", "--key", "job");

        assertThat(json.await()).isZero();
        JsonNode terms =
                JsonMapper.shared().readTree(String.join("\n", json.out())).get("terms");
        assertThat(terms.size()).isEqualTo(1);
        assertThat(terms.get(0).get("node").asString()).isEqualTo("node-a");
        assertThat(terms.get(0).get("outcome").asString()).isEqualTo("clean");
        Wrapper table = command(url, "history");
        assertThat(table.await()).isZero();
        assertThat(table.out().get(0)).startsWith("KEY");
        assertThat(table.out().get(1)).startsWith("job").contains("node-a", "clean");
        Wrapper without = wrapper(url, "node-b", "--", "true");
        assertThat(without.await()).isEqualTo(78);
        assertThat(without.err()).last().asString().contains("[LEDGER_KEPT]");
    }

    @Test
    void schemaPrintsStatements_thatMakeTheLedger_andMayBeExecutedAgain() throws Exception {
        Wrapper schema = command("", "schema", "--lease", "1s", "--grant-to", "postgres");
        assertThat(schema.await()).isZero();
        try (Connection admin = server.connect(database);
                Statement statement = admin.createStatement()) {
            for (int i = 0; i < 2; i++) {
                statement.execute(String.join("\n", schema.out()));
            }
        }
        Wrapper node = wrapper(server.libpqUrl(database), "node-a", "--ledger=public", "--", "true");

        assertThat(node.await()).isZero();
    }

    @Test
    void D11_statusEndsWith69_whenThereIsNoAnswer() throws Exception {
        Wrapper absent = status("postgres://postgres:s3cret@127.0.0.1:" + server.port() + "/x");

        assertThat(absent.await()).isEqualTo(69);
        assertThat(absent.out()).isEmpty();
        assertThat(absent.err())
                .singleElement()
                .asString()
                .startsWith("highlander: Postgres at jdbc:postgresql://127.0.0.1:" + server.port()
                        + "/x refused the log-in: ")
                .endsWith("Check user and password, and the server's pg_hba.conf. [AUTHENTICATION]")
                .doesNotContain("s3cret");
    }
}
