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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How long a command's tree survives its wrapper: killed with SIGKILL, and frozen with SIGSTOP, by each of the means that
 * this machine allows. Time counts from right before the signal to the death of the last process, as seen by a look each
 * half millisecond; a frozen wrapper's command has, from its last confirmed check, the lease less a tenth. How many were
 * later than they should is told and not asserted: on a busy machine that is the scheduler's time.
 */
@EnabledOnOs(OS.LINUX)
class GuardDrillIT {
    private static final boolean LONG = "long".equals(System.getProperty("highlander.drills"));
    private static final int AT_ONCE = 5;
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration PROMPT = Duration.ofMillis(100);
    private static final List<GuardChoice> MEANS =
            List.of(GuardChoice.CGROUP, GuardChoice.NAMESPACE, GuardChoice.PORTABLE);
    private static final int KILLS = LONG ? 100 : 6;
    private static final int FREEZES = LONG ? 50 : 6;

    @TempDir
    private Path directory;

    private Process freezer;
    private final List<Wrapper> started = new ArrayList<>();

    @BeforeAll
    static void explain() {
        System.out.printf("%-38s %4s %10s %10s  %s%n", "until the last process died", "n", "median", "max", "late");
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

    private Wrapper tree(GuardChoice means, String key, String... where) throws IOException {
        List<String> args = new ArrayList<>(List.of("run", "--guard-by", means.name(), "--key", key));
        args.addAll(Arrays.asList(where));
        args.addAll(List.of("--", "sh", "-c", means == GuardChoice.PORTABLE ? Tree.script() : Tree.hiding()));
        Wrapper wrapper = Wrapper.start(args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private static Tree await(GuardChoice means, Wrapper wrapper) throws InterruptedException {
        return means == GuardChoice.PORTABLE ? Tree.await(wrapper) : Tree.awaitHiding(wrapper);
    }

    /** How many of {@code all} each of the means has to do, so that they do them together. */
    private static int share(int all) throws InterruptedException {
        int available = 0;
        for (GuardChoice choice : MEANS) {
            available += canBeHad(choice) ? 1 : 0;
        }
        return (all + available - 1) / available;
    }

    private static boolean canBeHad(GuardChoice choice) throws InterruptedException {
        try {
            choice.means(System.getenv());
            return true;
        } catch (FailedException e) {
            return false;
        }
    }

    private static void report(String fault, List<Duration> times, Duration bound) {
        Collections.sort(times);
        System.out.printf(
                Locale.ROOT,
                "%-38s %4d %7.1f ms %7.1f ms  %d over %d ms%n",
                fault,
                times.size(),
                times.get(times.size() / 2).toNanos() / 1e6,
                times.get(times.size() - 1).toNanos() / 1e6,
                times.stream().filter(time -> time.compareTo(bound) > 0).count(),
                bound.toMillis());
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_killed(GuardChoice means) throws Exception {
        Machine.assumeMeans(means);
        List<Duration> times = new ArrayList<>();
        int wanted = share(KILLS);
        for (int drill = 0; drill < wanted; drill++) {
            Wrapper wrapper = tree(means, "job", "--local", "--directory", directory.toString());
            Tree tree = await(means, wrapper).isWhole();

            long since = System.nanoTime();
            wrapper.kill();

            times.add(tree.awaitDeath(since));
            killAll();
        }
        report("wrapper killed, " + means, times, PROMPT);
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
    private List<Duration> freezeSome(GuardChoice means, String url, String key, int most) throws Exception {
        List<Wrapper> wrappers = new ArrayList<>();
        for (int i = 0; i < Math.min(AT_ONCE, most); i++) {
            wrappers.add(tree(
                    means,
                    key + "-" + i,
                    "--lease",
                    LEASE.toSeconds() + "s",
                    "--allow-visible-password",
                    "--postgres",
                    url));
        }
        List<Duration> times = new ArrayList<>();
        for (Wrapper wrapper : wrappers) {
            Tree tree = await(means, wrapper);
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

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_frozen(GuardChoice means) throws Exception {
        Machine.assumeMeans(means);
        PostgresServer server = PostgresServer.shared(18);
        String database = server.newDatabase();
        List<Duration> times = new ArrayList<>();
        try {
            int wanted = share(FREEZES);
            for (int batch = 0; times.size() < wanted; batch++) {
                assertThat(batch)
                        .as("a busy machine can lose a short lease, but not each time")
                        .isLessThan(wanted);
                times.addAll(freezeSome(means, server.libpqUrl(database), "job-" + batch, wanted - times.size()));
            }
        } finally {
            killAll();
            server.dropDatabase(database);
        }
        report("wrapper frozen, lease 1 s, " + means, times, LEASE);
        assertThat(times).allMatch(time -> time.compareTo(LEASE.multipliedBy(5).dividedBy(4)) < 0, "within the settle");
    }
}
