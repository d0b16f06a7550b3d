package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals to a wrapper, as processes, without a terminal. */
@EnabledOnOs(OS.LINUX)
class SignalTest {
    private static final String LOOP = "while :; do sleep 0.05; done";

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

    private Wrapper shell(String node, String script) throws IOException {
        Wrapper wrapper = Wrapper.start(
                "run",
                "--local",
                "--directory",
                directory.toString(),
                "--key",
                "job",
                "--node",
                node,
                "--grace",
                "20s",
                "--",
                "sh",
                "-c",
                script);
        started.add(wrapper);
        return wrapper;
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "USR1", "USR2", "ALRM", "WINCH", "URG", "PWR", "TTIN", "TTOU"})
    void F3_aSignalReachesTheCommandAsItself_andItRunsOn(String signal) throws Exception {
        Machine.assumeNotIgnored(signal);
        Wrapper run =
                shell("node-a", "trap 'echo got " + signal + "' " + signal + "; trap 'exit 8' TERM; echo up; " + LOOP);
        run.awaitOut("up");

        run.signal(signal);
        run.awaitOut("got " + signal);
        run.signal(signal);
        run.awaitOutCount("got " + signal, 2);

        run.signal("TERM");
        assertThat(run.await()).isEqualTo(8);
        assertThat(run.out()).hasSize(3);
    }

    @Test
    void F3_aCommandThatDiesOfAForwardedSignalEndsTheRunWithItsStatus() throws Exception {
        Wrapper run = shell("node-a", "echo up; exec sleep 1000");
        run.awaitOut("up");

        run.signal("USR1");

        assertThat(run.await()).isEqualTo(128 + 10);
        assertThat(run.err()).last().isEqualTo("highlander: sh ended with status 138 (signal 10); the key is released");
    }

    @Test
    void F3_anInterruptReachesTheCommandAsItself() throws Exception {
        Wrapper run = shell("node-a", "trap 'exit 9' INT; trap 'exit 8' TERM; echo up; " + LOOP);
        run.awaitOut("up");
        Machine.assumeNotIgnored("INT");

        run.signal("INT");

        assertThat(run.await()).isEqualTo(9);
    }

    @Test
    void F3_whatDoesNotEndByAnInterruptIsAskedByTermAsWell() throws Exception {
        Wrapper run = shell("node-a", "trap '' INT; trap 'exit 8' TERM; echo up; " + LOOP);
        run.awaitOut("up");
        Machine.assumeNotIgnored("INT");

        run.signal("INT");

        assertThat(run.await()).isEqualTo(8);
    }

    @Test
    void F3_aSecondInterruptKillsWhatIgnoresTheFirst() throws Exception {
        Wrapper run = shell("node-a", "trap '' INT TERM; echo up; " + LOOP);
        run.awaitOut("up");
        Machine.assumeNotIgnored("INT");

        run.signal("INT");
        run.awaitErr("stopping sh");
        run.signal("INT");

        assertThat(run.await()).isEqualTo(137);
    }

    @Test
    void F3_hangUpEndsAStandby_andOtherSignalsDoNot() throws Exception {
        Machine.assumeNotIgnored("HUP");
        Wrapper first = shell("node-a", "echo up; exec sleep 1000");
        first.awaitOut("up");
        Wrapper second = shell("node-b", "exit 7");
        second.awaitErr("standing by");

        second.signal("USR1");
        second.signal("USR2");
        second.signal("HUP");

        assertThat(second.await()).isEqualTo(129);
        assertThat(second.err()).noneMatch(line -> line.contains("running"));
        assertThat(first.isAlive()).isTrue();
    }
}
