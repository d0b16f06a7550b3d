package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The standard streams of a command, on files, pipes and a terminal. */
@EnabledOnOs(OS.LINUX)
class StreamTest {
    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();

    @BeforeEach
    void keepStrangersOut() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
    }

    private String[] arguments(String... more) {
        List<String> args =
                new ArrayList<>(List.of("run", "--local", "--directory", directory.toString(), "--key", "job"));
        args.addAll(Arrays.asList(more));
        return args.toArray(String[]::new);
    }

    private Wrapper shell(String script) throws IOException {
        Wrapper wrapper = Wrapper.start(arguments("--", "sh", "-c", script));
        started.add(wrapper);
        return wrapper;
    }

    private static String link(long pid, int stream) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + stream)).toString();
    }

    @ParameterizedTest
    @EnumSource
    void F3_bytesPassAsTheyAre(GuardChoice means) throws Exception {
        Machine.assumeMeans(means);
        byte[] bytes = new byte[1 << 20];
        new Random(42).nextBytes(bytes);
        Path in = Files.write(directory.resolve("in"), bytes);
        Path out = directory.resolve("out");
        String name = means.name();
        Process process = Wrapper.builder(
                        arguments("--guard-by", name, "--", "sh", "-c", "cat; printf '\\377\\0x' >&2"))
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isZero();
        assertThat(Files.readAllBytes(out)).isEqualTo(bytes);
        assertThat(Files.readAllBytes(directory.resolve("err"))).containsSequence((byte) 0xff, (byte) 0, (byte) 'x');
    }

    @Test
    void F3_theStreamsAreTheVerySame_soThatNothingIsBufferedInBetween() throws Exception {
        Wrapper run = shell("echo up $$; printf 'no end of line'; exec sleep 1000");
        long pid = Long.parseLong(run.awaitOut("up ").substring(3));

        for (int stream = 0; stream < 3; stream++) {
            assertThat(link(pid, stream)).isEqualTo(link(run.pid(), stream)).startsWith("pipe:");
        }
    }

    @Test
    void F3_aCommandThatClosesItsStreamsRunsOn() throws Exception {
        Wrapper run = shell("echo up; exec <&- >&- 2>&-; sleep 0.3; exit 6");

        assertThat(run.await()).isEqualTo(6);
        assertThat(run.err()).last().isEqualTo("highlander: sh ended with status 6; the key is released");
    }

    @Test
    void F3_aCommandThatIsStartedAgainReadsOnWhereTheEarlierOneStopped() throws Exception {
        Wrapper run = shell("read line; echo read $line; exec sleep 1000");
        run.type("one\ntwo\n");
        run.awaitOut("read one");

        run.guard().destroyForcibly();

        run.awaitOut("read two");
    }

    /** On a terminal of its own with 33 rows and 91 columns; what is written to it is typed. */
    private Wrapper terminal(String... args) throws IOException, InterruptedException {
        return terminal("exec", args);
    }

    private Wrapper terminal(String before, String... args) throws IOException, InterruptedException {
        Machine.assumeWorks("script", "-qec", "true", "/dev/null");
        StringBuilder line = new StringBuilder("stty rows 33 cols 91 -echo; " + before);
        ProcessBuilder builder = Wrapper.builder(args);
        builder.command()
                .forEach(word ->
                        line.append(" '").append(word.replace("'", "'\\''")).append('\''));
        line.append("; exit $?");
        builder.command("script", "-qec", line.toString(), "/dev/null").redirectErrorStream(true);
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().put("TERM", "dumb");
        Wrapper wrapper = Wrapper.start(builder);
        started.add(wrapper);
        return wrapper;
    }

    @ParameterizedTest
    @EnumSource
    void F3_aTerminalStaysATerminal(GuardChoice means) throws Exception {
        Machine.assumeMeans(means);
        Wrapper run = terminal(
                arguments(
                        "--guard-by",
                        means.name(),
                        "--",
                        "sh",
                        "-c",
                        "test -t 0 && test -t 1 && test -t 2 && echo all three; stty size; read line </dev/tty; echo read $line; exit 5"));
        run.awaitOut("33 91");

        run.type("typed\n");

        assertThat(run.await()).isEqualTo(5);
        assertThat(run.out()).contains("all three", "read typed");
    }

    @Test
    void F3_anInterruptFromTheTerminalReachesTheCommandOnce() throws Exception {
        Machine.assumeNotIgnored("INT");
        Wrapper run = terminal(
                arguments(
                        "--grace",
                        "3s",
                        "--",
                        "sh",
                        "-c",
                        "n=0; trap 'n=$((n+1))' INT; trap 'echo interrupts $n; exit 4' TERM; echo up; while :; do sleep 0.05; done"));
        run.awaitOut("up");

        run.type("\003");

        assertThat(run.await()).isEqualTo(4);
        assertThat(run.out()).contains("interrupts 1");
    }

    @Test
    void F3_aSecondInterruptFromTheTerminalKills() throws Exception {
        Machine.assumeNotIgnored("INT");
        Wrapper run = terminal(arguments(
                "--grace", "50s", "--", "sh", "-c", "trap '' INT TERM; echo up; while :; do sleep 0.05; done"));
        run.awaitOut("up");

        run.type("\003");
        run.awaitOut("stopping sh");
        run.type("\003");

        assertThat(run.await()).isEqualTo(137);
    }

    /** The leader of the terminal's session is told first; the others only when that ends. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void F3_aTerminalThatHangsUpIsToldToTheCommandOnce(boolean asLeader) throws Exception {
        Machine.assumeNotIgnored("HUP");
        Path log = directory.resolve("log");
        Wrapper run = terminal(
                asLeader ? "exec" : "",
                arguments(
                        "--",
                        "sh",
                        "-c",
                        "trap 'echo hang-up >>" + log + "' HUP; echo up; until test -e " + log
                                + "; do sleep 0.05; done; sleep 0.5; sleep 0.1; echo end >>" + log));
        run.awaitOut("up");

        run.kill(); // the terminal itself

        Awaitility.await().untilAsserted(() -> assertThat(log).content().endsWith("end\n"));
        assertThat(log).hasContent("hang-up\nend\n");
    }
}
