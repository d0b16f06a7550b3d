package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Exit;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class RunTest {
    private static Exit notStarted(String message) {
        return Exit.notStarted(new IOException(message));
    }

    @Test
    void theStatusIsTheCommands() {
        assertThat(Run.status(Exit.completed().withStatus(0))).hasValue(0);
        assertThat(Run.status(Exit.failed(new IOException("x")).withStatus(3))).hasValue(3);
        assertThat(Run.status(Exit.stopped().withStatus(143))).hasValue(143);
    }

    @Test
    void withoutACommandThereIsNone() {
        assertThat(Run.status(Exit.stopped())).isEmpty();
    }

    @Test
    void aStartThatFailsHasTheStatusOfAShell() {
        assertThat(Run.status(notStarted("Cannot run program \"x\": error=2, No such file or directory")))
                .hasValue(127);
        assertThat(Run.status(
                        notStarted("Cannot run program \"x\": Exec failed, error: 2 (No such file or directory) ")))
                .as("as later JDKs say it")
                .hasValue(127);
        assertThat(Run.status(notStarted("Cannot run program \"x\": error=13, Permission denied")))
                .hasValue(126);
        assertThat(Run.status(notStarted("Cannot run program \"x\": error=12, Cannot allocate memory")))
                .hasValue(126);
    }

    @Test
    void aStartThatFailsForAReasonOfOurOwnHasAStatusOfOurOwn() {
        assertThat(Run.status(notStarted("it does not answer"))).hasValue(71);
    }

    @Test
    void B5_aStartThatFailsIsToldWithItsCause() {
        assertThat(Run.notStarted("x", notStarted("Cannot run program \"x\": error=13, Permission denied")))
                .isEqualTo("x could not be started: Permission denied. Start it by hand on this machine to see"
                        + " why; the key is released");
    }

    @Test
    void B5_aStartThatFailsIsToldOnEveryJdk() {
        assertThat(Run.notStarted(
                        "x", notStarted("Cannot run program \"x\": Exec failed, error: 13 (Permission denied) ")))
                .startsWith("x could not be started: Permission denied. Start");
        assertThat(Run.notStarted("x", notStarted("odd"))).startsWith("x could not be started: odd. Start");
    }

    @Test
    void anEndIsToldWithItsSignal() {
        assertThat(Run.ended("x", 0)).isEqualTo("x ended with status 0; the key is released");
        assertThat(Run.ended("x", 137)).isEqualTo("x ended with status 137 (signal 9); the key is released");
        assertThat(Run.ended("x", 255)).isEqualTo("x ended with status 255; the key is released");
    }
}
