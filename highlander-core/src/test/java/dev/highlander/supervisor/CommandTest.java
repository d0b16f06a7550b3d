package dev.highlander.supervisor;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of a POSIX system. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class CommandTest {
    @TempDir
    Path directory;

    private Child child;

    @AfterEach
    void killIt() throws Exception {
        if (child != null) {
            child.kill(StopReason.SHUTDOWN);
            end();
        }
    }

    @Test
    void anExitStatusOfZeroIsCompletion() throws Exception {
        start("exit 0");
        assertThat(end()).isEqualTo(Exit.completed().withStatus(0));
    }

    @Test
    void anyOtherExitStatusIsAFailureAndIsKept() throws Exception {
        start("exit 3");
        Exit exit = end();
        assertThat(exit.kind()).isEqualTo(Exit.Kind.FAILED);
        assertThat(exit.status()).hasValue(3);
        assertThat(exit.cause()).get().isInstanceOfSatisfying(CommandFailedException.class, e -> {
            assertThat(e.status()).isEqualTo(3);
            assertThat(e).hasMessage("The command sh ended with exit status 3.");
        });
    }

    @Test
    void aSignalIsItsNumberAndAHundredAndTwentyEight() throws Exception {
        start("kill -9 $$");
        Exit exit = end();
        assertThat(exit.status()).hasValue(137);
        assertThat(exit.cause())
                .get()
                .extracting(Throwable::getMessage)
                .isEqualTo("The command sh ended with exit status 137 (signal 9).");
    }

    @Test
    void aStopIsATermAndNoFailure() throws Exception {
        start("exec sleep 60");
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(end()).isEqualTo(Exit.stopped().withStatus(143));
    }

    @Test
    void itMayCleanUpAtItsStop() throws Exception {
        Path ready = fifo("ready");
        start("trap 'echo bye > last; exit 0' TERM; echo ready > ready; while :; do sleep 1; done");
        read(ready);
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(end()).isEqualTo(Exit.stopped().withStatus(0));
        assertThat(directory.resolve("last")).hasContent("bye");
    }

    @Test
    void whatIgnoresTheTermIsKilled() throws Exception {
        Path ready = fifo("ready");
        start("trap '' TERM; echo ready > ready; while :; do sleep 60; done");
        read(ready);
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(child.ended().toCompletableFuture()).isNotDone();
        child.kill(StopReason.SHUTDOWN);
        assertThat(end()).isEqualTo(Exit.stopped().withStatus(137));
    }

    @Test
    void itsDescendantsAreStoppedToo() throws Exception {
        Path ready = fifo("ready");
        start("sh -c 'sleep 60 & echo $! > ready; wait'; wait");
        ProcessHandle descendant = process(read(ready));
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        end();
        assertThat(descendant.isAlive()).isFalse();
    }

    @Test
    void itHasNotEndedBeforeItsDescendantsHave() throws Exception {
        Path ready = fifo("ready");
        start("sh -c 'trap \"\" TERM; echo $PPID $$ > ready; exec sleep 60' & wait");
        String[] pids = read(ready).split(" ", 2);
        ProcessHandle shell = process(pids[0]);
        ProcessHandle descendant = process(pids[1]);
        child.stop(StopReason.LOST, Long.MAX_VALUE);
        shell.onExit().get(20, SECONDS);
        assertThat(descendant.isAlive()).isTrue();
        assertThat(child.ended().toCompletableFuture()).isNotDone();
        child.kill(StopReason.LOST);
        assertThat(end()).isEqualTo(Exit.stopped().withStatus(143));
        assertThat(descendant.isAlive()).isFalse();
    }

    @Test
    void stoppedRightAfterItsStartItEnds() throws Exception {
        start("exec sleep 60");
        child.kill(StopReason.SHUTDOWN);
        assertThat(end()).isEqualTo(Exit.stopped().withStatus(137));
    }

    @Test
    void stoppedAfterItsEndItStaysAsItEnded() throws Exception {
        start("exit 0");
        end();
        child.stop(StopReason.SHUTDOWN, 0);
        assertThat(end()).isEqualTo(Exit.completed().withStatus(0));
    }

    @Test
    void itHasTheEnvironmentAndDirectoryThatAreGiven() throws Exception {
        Command command = Command.of("sh", "-c", "pwd -P > out; echo \"$ONE,$TWO,${PATH:+path}\" >> out")
                .directory(directory)
                .environment("ONE", "0")
                .environment("ONE", "1")
                .environment("TWO", "a b")
                .silent();
        child = command.start();
        assertThat(end().status()).hasValue(0);
        assertThat(Files.readAllLines(directory.resolve("out")))
                .containsExactly(directory.toRealPath().toString(), "1,a b,path");
    }

    @Test
    void itDoesNotHaveWhatIsWithheldFromIt() throws Exception {
        Command command = Command.of("sh", "-c", "echo \"$ONE,$TWO,${HOME:+home},$PATH\" > out")
                .directory(directory)
                .environment("ONE", "1")
                .environment("TWO", "2")
                .withoutEnvironment(Set.of("TWO", "PATH"))
                .withoutEnvironment(Set.of("HOME"))
                .environment("PATH", "/bin:/usr/bin")
                .silent();
        child = command.start();
        assertThat(end().status()).hasValue(0);
        assertThat(Files.readAllLines(directory.resolve("out"))).containsExactly("1,,,/bin:/usr/bin");
    }

    @Test
    void aSilentOneHasNothingToRead() throws Exception {
        child = Command.of("cat").silent().start();
        assertThat(end()).isEqualTo(Exit.completed().withStatus(0));
    }

    @Test
    void oneThatIsNotThereCannotBeStarted() {
        assertThatThrownBy(() -> Command.of("/no/such/program").start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/such/program");
    }

    private void start(String script) throws IOException {
        child = Command.of("sh", "-c", script).directory(directory).silent().start();
    }

    private Exit end() throws Exception {
        return child.ended().toCompletableFuture().get(20, SECONDS);
    }

    /** A command says by it that it is ready, without being asked again and again. */
    private Path fifo(String name) throws Exception {
        Path fifo = directory.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        return fifo;
    }

    private static String read(Path fifo) throws Exception {
        CompletableFuture<String> line = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try {
                line.complete(Files.readString(fifo).trim());
            } catch (IOException e) {
                line.completeExceptionally(e);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return line.get(20, SECONDS);
    }

    private static ProcessHandle process(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }
}
