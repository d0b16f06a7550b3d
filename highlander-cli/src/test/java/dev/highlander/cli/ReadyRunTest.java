package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Commands that take a while to come up, and commands that are run again; as processes, with lock files. */
@EnabledOnOs(OS.LINUX)
class ReadyRunTest {
    private static final String STARTING = "highlander: starting sh (term ";
    private static final String RUNNING = "highlander: running sh (term ";

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

    private Wrapper run(String script, String... options) throws IOException {
        List<String> args =
                new ArrayList<>(List.of("run", "--local", "--directory", directory.toString(), "--key", "job"));
        args.addAll(Arrays.asList(options));
        args.addAll(List.of("--", "sh", "-c", script));
        Wrapper wrapper = Wrapper.start(args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    /** Touch {@code go} in the directory to have it go on. */
    private String untilGo() {
        return "until [ -e " + go() + " ]; do sleep 0.02; done; ";
    }

    private Path go() {
        return directory.resolve("go");
    }

    private static boolean hasErr(Wrapper run, String beginning) {
        return run.err().stream().anyMatch(line -> line.startsWith(beginning));
    }

    private static void end(Wrapper run) throws Exception {
        run.signal("TERM");
        assertThat(run.await()).isEqualTo(143);
    }

    @Test
    void aCommandRunsWhenALineHasCome_andItsOutputPassesThrough() throws Exception {
        Wrapper run = run(
                "echo not yet; printf 'now rea'; " + untilGo() + "echo 'dy (on 8080)'; echo more; exec sleep 1000",
                "--ready-when",
                "line:ready (on");
        run.awaitOut("not yet");
        run.awaitErr(STARTING);
        assertThat(hasErr(run, RUNNING)).isFalse();

        Files.createFile(go());

        run.awaitErr(RUNNING);
        run.awaitOut("more");
        end(run);
        assertThat(run.out()).containsExactly("not yet", "now ready (on 8080)", "more");
    }

    @Test
    void allOutputIsThere_toTheLastByte_whenTheCommandEnds() throws Exception {
        Wrapper run = run(
                "echo up; head -c 3000000 /dev/zero | tr '\\0' 'x' | fold -w 100; echo; echo end",
                "--ready-when",
                "line:up");

        assertThat(run.await()).isZero();

        assertThat(run.out()).hasSize(30_002).last().isEqualTo("end");
    }

    @Test
    void aProcessThatKeepsTheOutputOpenDoesNotHoldUpTheEnd() throws Exception {
        Wrapper run =
                run("echo up; (setsid env -i sleep 1000 &); exit 3", "--ready-when", "line:up", "--grace", "200ms");

        assertThat(run.await()).isEqualTo(3);
        assertThat(run.out()).containsExactly("up");
    }

    @Test
    void aCommandRunsWhenAPortIsOpen() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Wrapper run = run("echo up; exec sleep 1000", "--ready-when", "port:127.0.0.1:" + port);
        run.awaitOut("up");
        run.awaitErr(STARTING);
        assertThat(hasErr(run, RUNNING)).isFalse();

        try (ServerSocket open = new ServerSocket(port)) {
            assertThat(open.isBound()).isTrue();
            run.awaitErr(RUNNING);
        }
        end(run);
    }

    @Test
    void aCommandRunsWhenACheckSucceeds_whichKnowsTheTerm() throws Exception {
        Wrapper run = run(
                "echo up; exec sleep 1000",
                "--ready-when",
                "command:test -e " + go() + " && test \"$HIGHLANDER_KEY\" = job");
        run.awaitOut("up");
        run.awaitErr(STARTING);
        assertThat(hasErr(run, RUNNING)).isFalse();

        Files.createFile(go());

        run.awaitErr(RUNNING);
        end(run);
    }

    @Test
    void aCommandThatIsNotReadyInTimeIsStopped_andHasFailedWithStatus124() throws Exception {
        Wrapper run = run(
                "trap '' TERM; echo up $$; while :; do sleep 0.1; done",
                "--ready-when",
                "line:never",
                "--ready-timeout",
                "500ms",
                "--grace",
                "200ms");
        long pid = Long.parseLong(run.awaitOut("up ").substring(3));

        assertThat(run.await()).isEqualTo(124);
        assertThat(ProcessHandle.of(pid).filter(Carriers::lives)).isEmpty();
        assertThat(run.err())
                .last()
                .isEqualTo("highlander: sh was not ready within 500 ms, so it was stopped; the key is released");
        assertThat(hasErr(run, RUNNING)).isFalse();
    }

    @Test
    void aCommandThatEndsBeforeItIsReadyEndsWithItsOwnStatus() throws Exception {
        Wrapper run = run("exit 5", "--ready-when", "command:false");

        assertThat(run.await()).isEqualTo(5);
    }

    @Test
    void aCommandThatIsStillStartingIsStoppedLikeAnyOther() throws Exception {
        Wrapper run = run("echo up; exec sleep 1000", "--ready-when", "command:sleep 1000");
        run.awaitOut("up");
        run.awaitErr(STARTING);

        end(run);

        assertThat(run.err()).contains("highlander: stopping sh");
    }

    @Test
    void withoutAGuardALineCanNotBeWaitedFor_whichIsSaidBeforeTheCommandRuns() throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path sh = Files.writeString(bin.resolve("sh"), "#!/bin/sh\nexec /bin/sh \"$@\"\n");
        Files.setPosixFilePermissions(sh, PosixFilePermissions.fromString("rwx------"));
        Wrapper run = Wrapper.start(
                Map.of("PATH", bin.toString()),
                "run",
                "--local",
                "--directory",
                directory.toString(),
                "--key=job",
                "--ready-when=line:x",
                "sh");
        started.add(run);

        assertThat(run.await()).isEqualTo(64);
        assertThat(run.err())
                .singleElement()
                .asString()
                .startsWith("highlander: There is no guard here, since ")
                .contains("Let it wait for a port or a command.");
    }

    @Test
    void B6_onFailureACommandIsRunAgain_untilItSucceeds() throws Exception {
        Path count = directory.resolve("count");
        Wrapper run = run(
                "echo x >>" + count + "; test $(wc -l <" + count + ") -ge 6 || exit 4",
                "--restart",
                "on-failure",
                "--backoff",
                "10ms..20ms");

        assertThat(run.await()).isZero();

        assertThat(count).hasContent("x\n".repeat(6));
        assertThat(run.err())
                .filteredOn(line -> line.equals(
                        "highlander: sh ended with status 4; the key is released, and wanted again" + " after a pause"))
                .hasSize(5);
        assertThat(run.err()).last().isEqualTo("highlander: sh ended with status 0; the key is released");
    }

    @Test
    void B6_alwaysMeansAfterSuccessToo_andTheNextNodeMayRunIt() throws Exception {
        Wrapper first = run("echo up; " + untilGo(), "--restart", "always", "--node", "a", "--backoff", "1h..1h");
        first.awaitOut("up");
        Wrapper second = run("echo up; exec sleep 1000", "--restart", "always", "--node", "b");
        second.awaitErr("standing by: a holds the key");

        Files.createFile(go());

        second.awaitOut("up");
        first.awaitErr("highlander: sh ended with status 0; the key is released, and wanted again after a pause");
        assertThat(first.isAlive()).isTrue();
        end(first);
        end(second);
    }

    @Test
    void aCommandThatIsNotReadyIsRunAgain_ifThatIsWanted() throws Exception {
        Wrapper run = run(
                "echo up; exec sleep 1000",
                "--restart",
                "on-failure",
                "--backoff",
                "10ms",
                "--ready-when",
                "port:1",
                "--ready-timeout",
                "300ms");

        run.awaitOutCount("up", 2);

        run.awaitErr(
                "highlander: sh was not ready within 300 ms, so it was stopped; the key is released, and wanted again");
        run.signal("TERM");
        run.await();
    }
}
