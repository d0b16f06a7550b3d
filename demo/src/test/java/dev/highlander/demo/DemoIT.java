package dev.highlander.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.drills.Fault;
import dev.highlander.lock.Lease;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
    @TempDir
    Path directory;

    @Test
    void tellsWhoRunsWhatHappensAndWhatTheJudgeFound() {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Paper paper = new Paper(new PrintStream(told, true, UTF_8), false);

        int status = new Demo(paper, Lease.of(Duration.ofSeconds(1)), List.of(Fault.SIGKILL), false).run();

        assertThat(told.toString(UTF_8))
                .containsPattern("node-\\d is connected and contends")
                .containsPattern("node-\\d RUNS the job, term \\d+\n")
                .containsPattern("node-\\d works: \\d+ steps")
                .containsPattern("! node-\\d is killed \\(SIGKILL\\): gone without a word")
                .containsPattern("node-\\d(\\.1)? RUNS the job, term \\d+, \\d.* after the fault")
                .containsPattern("1 fault on a running child, \\d+ terms: overlap 0 ms in all")
                .contains("There was never more than one, and there was always one again.")
                .doesNotContain("\033");
        assertThat(status).isEqualTo(Demo.GOOD);
    }

    @Test
    void besideALockByHandItShowsTwoAtWorkThereAndNeverHere() {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Paper paper = new Paper(new PrintStream(told, true, UTF_8), false);

        int status = new Demo(paper, Lease.of(Duration.ofSeconds(1)), List.of(Fault.TERMINATE_BACKEND), true).run();

        String[] chapters = told.toString(UTF_8).split("Now the same job and the same faults", -1);
        assertThat(chapters).hasSize(2);
        assertThat(chapters[0]).contains("<-- TWO AT ONCE");
        assertThat(chapters[1])
                .doesNotContain("TWO AT ONCE")
                .containsPattern("\\| pg_terminate_backend \\| \\d\\.\\d s, until it was killed \\| never \\|");
        assertThat(status).isEqualTo(Demo.GOOD);
    }

    @Test
    void interruptedItLeavesNothingBehind() throws IOException, InterruptedException {
        Process demo = start();
        List<ProcessHandle> started;
        try (BufferedReader output = demo.inputReader(UTF_8)) {
            String line = output.readLine();
            while (line != null && !line.contains("is frozen")) {
                line = output.readLine();
            }
            started = demo.descendants().toList();
            assertThat(leftBehind())
                    .as("a directory for logs, one for the server")
                    .hasSizeGreaterThanOrEqualTo(2);
            assertThat(started).as("Postgres and three nodes").hasSizeGreaterThanOrEqualTo(4);

            demo.destroy();

            assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            demo.destroyForcibly();
        }
        for (ProcessHandle process : started) {
            assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(10));
        }
        assertThat(leftBehind()).isEmpty();
    }

    /** All but the unpacked binaries of the server, which are kept for the next time. */
    private List<Path> leftBehind() throws IOException {
        try (Stream<Path> all = Files.walk(directory, 3)) {
            return all.map(directory::relativize)
                    .filter(path -> path.toString().startsWith("highlander-demo")
                            || path.toString().matches(".*/runs/.*"))
                    .toList();
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        FrozenStory.class.getName())
                .redirectErrorStream(true)
                .start();
    }

    /** A demo whose node is frozen soon: what is frozen hears no signal but SIGKILL. */
    static final class FrozenStory {
        private FrozenStory() {}

        public static void main(String[] args) {
            Paper paper = new Paper(System.out, false);
            System.exit(new Demo(paper, Lease.of(Duration.ofSeconds(1)), List.of(Fault.FREEZE_NODE), false).run());
        }
    }
}
