package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a command's tree survives its wrapper: killed with SIGKILL, and frozen with SIGSTOP. Time counts from right
 * before the signal to the death of the last process, as seen by a look each half millisecond; a frozen wrapper's command
 * has, from its last confirmed check, the lease less a tenth.
 */
@EnabledOnOs(OS.LINUX)
class GuardDrillIT {
    private static final boolean LONG = "long".equals(System.getProperty("highlander.drills"));
    private static final int AT_ONCE = 5;
    private static final Duration LEASE = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private Process freezer;
    private final List<Wrapper> started = new ArrayList<>();

    @BeforeAll
    static void explain() {
        System.out.printf("%-28s %4s %10s %10s%n", "until the last process died", "n", "median", "max");
    }

    @BeforeEach
    void startFreezer() throws IOException {
        freezer = new ProcessBuilder("sh", "-c", "while read -r pid; do kill -STOP $pid; echo $?; done").start();
    }

    @AfterEach
    void endFreezer() {
        freezer.destroy();
    }

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
        started.clear();
    }

    private Wrapper tree(String key, String... where) throws IOException {
        List<String> args = new ArrayList<>(List.of("run", "--key", key));
        args.addAll(Arrays.asList(where));
        args.addAll(List.of("--", "sh", "-c", Tree.script()));
        Wrapper wrapper = Wrapper.start(args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private static void report(String fault, List<Duration> times) {
        Collections.sort(times);
        System.out.printf(
                Locale.ROOT,
                "%-28s %4d %7.1f ms %7.1f ms%n",
                fault,
                times.size(),
                times.get(times.size() / 2).toNanos() / 1e6,
                times.get(times.size() - 1).toNanos() / 1e6);
    }

    @Test
    void F3_killed() throws Exception {
        List<Duration> times = new ArrayList<>();
        for (int drill = 0; drill < (LONG ? 100 : 20); drill++) {
            Wrapper wrapper = tree("job", "--local", "--directory", directory.toString());
            Tree tree = Tree.await(wrapper).isWhole();

            long since = System.nanoTime();
            wrapper.kill();

            times.add(tree.awaitDeath(since));
            killAll();
        }
        report("wrapper killed", times);
        assertThat(times).allMatch(time -> time.compareTo(Duration.ofSeconds(2)) < 0);
    }

    /** By a shell that runs already: a new process would add its own start to what is measured. */
    private void freeze(long pid) throws IOException {
        freezer.getOutputStream().write((pid + "\n").getBytes(StandardCharsets.US_ASCII));
        freezer.getOutputStream().flush();
        assertThat(freezer.getInputStream().read()).as("its answer").isEqualTo('0');
        assertThat(freezer.getInputStream().read()).isEqualTo('\n');
    }

    /** They settle together, and are frozen one by one. */
    private List<Duration> freezeSome(String url, String key, int most) throws Exception {
        List<Wrapper> wrappers = new ArrayList<>();
        for (int i = 0; i < Math.min(AT_ONCE, most); i++) {
            wrappers.add(tree(
                    key + "-" + i, "--lease", LEASE.toSeconds() + "s", "--allow-visible-password", "--postgres", url));
        }
        List<Duration> times = new ArrayList<>();
        for (Wrapper wrapper : wrappers) {
            Tree tree = Tree.await(wrapper);
            long since = System.nanoTime();
            freeze(wrapper.pid());
            if (tree.runs()) { // a fault counts only when it hits something
                times.add(tree.awaitDeath(since));
                assertThat(wrapper.isAlive()).isTrue();
            }
            wrapper.close();
        }
        killAll();
        return times;
    }

    @Test
    void F3_frozen() throws Exception {
        PostgresServer server = PostgresServer.shared(18);
        String database = server.newDatabase();
        List<Duration> times = new ArrayList<>();
        try {
            int wanted = LONG ? 50 : 10;
            for (int batch = 0; times.size() < wanted; batch++) {
                assertThat(batch)
                        .as("a busy machine can lose a short lease, but not each time")
                        .isLessThan(wanted);
                times.addAll(freezeSome(server.libpqUrl(database), "job-" + batch, wanted - times.size()));
            }
        } finally {
            killAll();
            server.dropDatabase(database);
        }
        report("wrapper frozen, lease 1 s", times);
        assertThat(times).allMatch(time -> time.compareTo(LEASE.multipliedBy(5).dividedBy(4)) < 0, "within the settle");
    }
}
