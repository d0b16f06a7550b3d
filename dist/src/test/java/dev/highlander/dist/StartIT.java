package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.embedded.PostgresServer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the packaged command costs: from its start to its first try of its key, as the server's log has it, and the memory
 * of a standby. Measured with {@code -Pdrills}, printed, and asserted nowhere:
 *
 * <pre>./mvnw -Pdrills -pl dist -am verify -Dtest=None -Dit.test=StartIT -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dfailsafe.failIfNoSpecifiedTests=false</pre>
 */
class StartIT {
    private static final int TURNS = 10;

    private PostgresServer server;
    private Packaged packaged;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(System.getProperty("highlander.drills").equals("long"), "measured with -Pdrills only");
        server = PostgresServer.builder()
                .major(18)
                .setting("log_statement", "all")
                .setting("log_line_prefix", "%n %a ") // seconds since 1970, with milliseconds
                .start();
        packaged = Packaged.warm().with("DATABASE_URL", server.libpqUrl("postgres"));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            packaged.close();
            server.close();
        }
    }

    private Process run(String node) throws IOException {
        return packaged.builder(List.of(
                        packaged.launcher().toString(), "run", "--key", "k", "--node", node, "--", "sleep", "1000"))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
    }

    private static void end(Process process) throws InterruptedException {
        process.toHandle().destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** When the node first tried a key, in milliseconds since 1970. */
    private long awaitFirstTry(String node) throws Exception {
        return await(node + " tries a key")
                .atMost(Duration.ofSeconds(60))
                .until(() -> firstTry(node), OptionalLong::isPresent)
                .getAsLong();
    }

    private OptionalLong firstTry(String node) throws IOException {
        Pattern attempt = Pattern.compile("([0-9]+)\\.([0-9]{3}) " + node + " .*pg_try_advisory_lock\\(.*");
        try (Stream<String> lines = Files.lines(server.logFile())) {
            return lines.map(attempt::matcher)
                    .filter(Matcher::matches)
                    .mapToLong(line -> Long.parseLong(line.group(1)) * 1_000 + Long.parseLong(line.group(2)))
                    .findFirst();
        }
    }

    @Test
    void fromTheStartOfTheLauncherToItsFirstTry() throws Exception {
        List<Long> millis = new ArrayList<>();
        for (int turn = 0; turn <= TURNS; turn++) {
            String node = "turn-" + turn;
            long started = System.currentTimeMillis();
            Process process = run(node);
            long tried = awaitFirstTry(node);
            end(process);
            if (turn > 0) { // the first warms the server
                millis.add(tried - started);
            }
        }
        List<Long> sorted = millis.stream().sorted().toList();
        System.out.printf(
                "Start to contending, Java %s, class archive warm, %d starts: median %d ms (%d to %d)%n",
                System.getProperty("java.version"),
                TURNS,
                (sorted.get((TURNS - 1) / 2) + sorted.get(TURNS / 2)) / 2,
                sorted.get(0),
                sorted.get(TURNS - 1));
    }

    /** Until its memory does not change from one look to the next: not what has just started. */
    private static void awaitIdle(long pid) {
        AtomicLong before = new AtomicLong();
        await("an idle process")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(2))
                .until(() -> {
                    long now = kilobytes(pid, "Rss");
                    return before.getAndSet(now) == now;
                });
    }

    @Test
    void theMemoryOfAStandby() throws Exception {
        Process holder = run("holder");
        awaitFirstTry("holder");
        Process standby = run("standby");
        awaitFirstTry("standby");
        awaitIdle(standby.pid());
        long guards = 0;
        for (ProcessHandle guard : standby.descendants().toList()) {
            guards += kilobytes(guard.pid(), "Pss");
        }
        System.out.printf(
                "Memory of a standby, Java %s: the wrapper %.1f MB resident (%.1f MB its share), its guard %.1f MB its share%n",
                System.getProperty("java.version"),
                kilobytes(standby.pid(), "Rss") / 1e3,
                kilobytes(standby.pid(), "Pss") / 1e3,
                guards / 1e3);
        end(standby);
        end(holder);
    }

    private static long kilobytes(long pid, String name) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            return lines.filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        }
    }
}
