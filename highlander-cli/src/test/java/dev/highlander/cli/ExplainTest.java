package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Lease;
import dev.highlander.postgres.DatabaseUrl;
import dev.highlander.postgres.PostgresBounds;
import dev.highlander.postgres.PostgresLocks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** F4: what a configuration guarantees is printed; one that can't keep what it is asked for is refused. */
class ExplainTest {
    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        List<String> words = new ArrayList<>(List.of("explain"));
        words.addAll(Arrays.asList(args));
        return new Cli(environment, stream(out), stream(err)).run(words.toArray(String[]::new));
    }

    private static PrintStream stream(ByteArrayOutputStream to) {
        return new PrintStream(to, true, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void F4_printsEachBoundFromTheActualNumbers_withoutADatabase() {
        environment.put("DATABASE_URL", "postgres://u:s3cret@db.example/app");

        assertThat(run("--lease", "3s", "--grace", "2s", "--node", "web-1", "--namespace", "shop"))
                .isZero();

        assertThat(err()).isEmpty();
        assertThat(out())
                .startsWith("Postgres at jdbc:postgresql://db.example:5432/app, namespace shop, node web-1")
                .contains("\nLease 3 s, grace 2 s.\n")
                .doesNotContain("s3cret")
                .contains("Never two; worst overlap 0 s.")
                .contains("It is stopped\n      its copy: told to stop; killed after 2 s\n      the next one: at once")
                .contains("Its process is killed\n      its copy: killed by the guard\n      the next one: 5.3 s")
                .contains("its copy: killed by the guard within 2.7 s of the last check\n"
                        + "      the next one: 8.6 s after the last check")
                .contains(
                        "It is cut off from the database\n      its copy: told to stop within 1.8 s of the last check,"
                                + " killed after 900 ms, dead within 3 s\n      the next one: 8.6 s after the last check")
                .contains(
                        "its copy: told to stop at once, killed after 900 ms\n      the next one: 5.3 s after the database"
                                + " can be reached again")
                .contains("1 connection a node")
                .contains("1.7 statements a second of the node that runs it, 1.7 of one that stands by")
                .contains("Up to 5 s from SIGTERM")
                .contains("Clock rates within 10 %");
    }

    @Test
    void F4_asJson() {
        assertThat(run("--json")).isZero();

        JsonNode root = JsonMapper.shared().readTree(out());
        assertThat(root.get("neverTwo").asBoolean()).isTrue();
        assertThat(root.get("leaseMillis").asLong()).isEqualTo(10_000);
        assertThat(root.get("graceOnLossMillis").asLong()).isEqualTo(3_000);
        assertThat(root.get("longestStopMillis").asLong()).isEqualTo(15_000);
        JsonNode takeover = root.get("takeover");
        assertThat(takeover.get("cleanStopMillis").asLong()).isZero();
        assertThat(takeover.get("crashMillis").asLong()).isEqualTo(14_000);
        assertThat(takeover.get("hangMillis").asLong()).isEqualTo(25_000);
        assertThat(takeover.get("partitionMillis").asLong()).isEqualTo(25_000);
        assertThat(takeover.get("restartMillis").asLong()).isEqualTo(14_000);
        assertThat(takeover.get("promotionMillis").asLong()).isEqualTo(14_000);
        assertThat(root.get("cost").get("connections").asInt()).isEqualTo(1);
        assertThat(root.get("found").isNull()).isTrue();
    }

    @Test
    void F4_whatIsKilledWhenItsKeyIsLostHasNoGrace_andAGuardThatListensIsTold() {
        environment.put("HIGHLANDER_ON_LOSS", "kill");
        assertThat(run("--lease", "3s", "--listen", "10.0.0.5:7000")).as(err()).isZero();

        assertThat(out())
                .contains("its copy: killed within 1.8 s of the last check, dead within 3 s\n")
                .contains("its copy: killed at once\n")
                .contains("A guard that is a small JVM, and answers other nodes at 10.0.0.5:7000.\n");
        out.reset();
        assertThat(run("--json", "--listen", "127.0.0.1:7000")).isZero();
        JsonNode root = JsonMapper.shared().readTree(out());
        assertThat(root.get("graceOnLossMillis").asLong()).isZero();
        assertThat(root.get("onLoss").asString()).isEqualTo("kill");
        assertThat(root.get("listen").asString()).isEqualTo("127.0.0.1:7000");
    }

    @Test
    void F4_onOneMachineNothingIsEverTakenFromAProcessThatLives() {
        assertThat(run("--local")).isZero();

        assertThat(out())
                .startsWith("Lock files of this machine, namespace default, node ")
                .contains(
                        "Its process is frozen\n      its copy: goes on, and holds the key\n      the next one: never")
                .doesNotContain("Lease");
        out.reset();
        assertThat(run("--local", "--json")).isZero();
        JsonNode root = JsonMapper.shared().readTree(out());
        assertThat(root.get("leaseMillis").isNull()).isTrue();
        assertThat(root.get("takeover").get("hangMillis").isNull()).isTrue();
        assertThat(root.get("takeover").get("crashMillis").asLong()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --takeover-within 25s                       | ''
            --takeover-within 24s                       | --takeover-within: 2.35 × lease 10 s + poll 1.5 s ≤ 24 s does not hold, since the left side is 25 s. Give a --lease of at most 9574ms, the same on all nodes.
            --takeover-within 24s --lease 9574ms        | ''
            --takeover-within 1s                        | --takeover-within: 2.35 × lease 10 s + poll 1.5 s ≤ 1 s does not hold, since the left side is 25 s. Give more time: the shortest lease, 500 ms, takes over within 1.6 s, the same on all nodes.
            --takeover-within 1s --local                | --takeover-within: on one machine nobody takes over from a process that is frozen, however long. Leave it out, or keep the key in Postgres.
            --stop-within 15s                           | ''
            --stop-within 14s                           | --stop-within: grace 5 s + lease 10 s ≤ 14 s does not hold, since the left side is 15 s. Allow more time for a stop, or give a shorter --grace or --lease.
            --stop-within 4s --local                    | --stop-within: grace 5 s ≤ 4 s does not hold, since the left side is 5 s. Allow more time for a stop, or give a shorter --grace.
            --local --listen 10.0.0.5:7000              | --listen has no meaning with --local: nodes on other machines don't share its lock files. Leave it out.
            --local --lease 5s                          | --lease has no meaning with --local, where a key can't be lost while its process lives. Leave it out.
            --connect                                   | Nothing says where keys are kept.
            """)
    void F4_whatContradictsItselfIsRefusedWithTheInequalityThatDoesNotHold(String line, String expected) {
        int status = run(line.split(" "));

        if (expected.isEmpty()) {
            assertThat(status).as(err()).isZero();
        } else {
            assertThat(err()).startsWith("highlander: " + expected);
            assertThat(err().lines()).hasSize(1);
            assertThat(out()).isEmpty();
            assertThat(status).isEqualTo(64);
        }
    }

    @Test
    void F4_aRoundTripThatTheLeaseHasNoRoomForIsRefused() {
        Explanation explanation = new Explanation(
                "x",
                "default",
                "n",
                new PostgresBounds(Lease.DEFAULT).guarantee(1),
                new PostgresBounds(Lease.DEFAULT),
                Duration.ofSeconds(5),
                new Explanation.Guarded(OnLoss.TERM, null),
                null);
        assertThat(Requirement.broken(explanation.with(found(1_500)), null, null))
                .isEmpty();
        assertThat(Requirement.broken(explanation.with(found(1_501)), null, null))
                .singleElement()
                .asString()
                .startsWith("--lease: 2 × round trip 1.6 s ≤ 0.3 × lease 10 s does not hold");
    }

    @Test
    void F4_theNumbersAreThoseOfTheLockServiceItself_forTheHostsOfTheURL() {
        environment.put("DATABASE_URL", "postgres://u@one.example,two.example,three.example/app");
        Guarantee guarantee =
                PostgresLocks.guarantee(DatabaseUrl.parse(environment.get("DATABASE_URL")), Lease.DEFAULT);

        assertThat(run("--json")).isZero();

        JsonNode takeover = JsonMapper.shared().readTree(out()).get("takeover");
        Map.of(
                        "cleanStop", Mishap.CLEAN_STOP,
                        "crash", Mishap.CRASH,
                        "hang", Mishap.HANG,
                        "partition", Mishap.PARTITION,
                        "restart", Mishap.RESTART,
                        "promotion", Mishap.PROMOTION)
                .forEach((name, mishap) -> assertThat(
                                takeover.get(name + "Millis").asLong())
                        .as(name)
                        .isEqualTo(guarantee
                                .bounds()
                                .takeoverAfter(mishap)
                                .orElseThrow()
                                .toMillis()));
        assertThat(takeover.get("promotionMillis").asLong()).isEqualTo(20_000);
    }

    @Test
    void F4_aSettingOfTheURLThatTheGuaranteeHasNoRoomForIsRefused() {
        environment.put("DATABASE_URL", "jdbc:postgresql://db.example/app?socketTimeout=2");

        assertThat(run()).isEqualTo(64);

        assertThat(err()).contains("socketTimeout 2 s ≥ 0.3 × lease 10 s does not hold");
    }

    private static Explanation.Finding found(long millis) {
        return new Explanation.Finding(true, "It is there.", Duration.ofMillis(millis));
    }

    @Test
    void F4_whereItIsToldToConnectItSaysWhatItFound() {
        PostgresServer server = PostgresServer.shared(18);
        String database = server.newDatabase();
        try {
            environment.put("DATABASE_URL", server.libpqUrl(database));
            assertThat(run("--connect", "--lease", "2s")).as(err()).isZero();
            assertThat(out())
                    .contains("What was found\n  The lock service accepts this node.\n  A question was answered after ")
                    .contains("; one that takes 600 ms loses the key.");

            environment.put("DATABASE_URL", server.libpqUrl("no_such"));
            assertThat(run("--connect")).isEqualTo(78);
            assertThat(err()).startsWith("highlander: Postgres at ").contains("[NO_DATABASE]");
            err.reset();

            environment.put("DATABASE_URL", "postgres://u@127.0.0.1:1/d");
            assertThat(run("--connect")).isEqualTo(69);
            assertThat(err()).contains("[UNREACHABLE]");
        } finally {
            server.dropDatabase(database);
        }
    }
}
