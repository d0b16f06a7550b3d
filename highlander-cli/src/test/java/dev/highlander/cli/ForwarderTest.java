package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of each signal, by hand. */
class ForwarderTest {
    private final List<String> done = new ArrayList<>();
    private boolean runs = true;
    private boolean foreground;
    private boolean hungUp;

    private final Forwarder.Target command = new Forwarder.Target() {
        @Override
        public void stopSignal(StopSignal signal) {
            done.add("stop by " + signal);
        }

        @Override
        public void forward(String signal) {
            done.add("send " + signal);
        }

        @Override
        public void kill() {
            done.add("kill");
        }
    };

    private final Forwarder forwarder = new Forwarder(
            () -> runs ? Optional.of(command) : Optional.empty(),
            () -> foreground,
            () -> hungUp,
            status -> done.add("exit " + status));

    @Test
    void F3_termIsAnOrderlyStop() {
        forwarder.received("TERM");

        assertThat(done).containsExactly("exit 143");
    }

    @Test
    void F3_anInterruptIsAnOrderlyStop_andTheSecondOneKills() {
        forwarder.received("INT");
        assertThat(done).containsExactly("stop by INT", "exit 130");

        forwarder.received("INT");
        assertThat(done).containsExactly("stop by INT", "exit 130", "kill", "exit 130");
    }

    @Test
    void F3_anInterruptFromTheTerminalIsNotSentTwice() {
        foreground = true;

        forwarder.received("INT");

        assertThat(done).containsExactly("stop by SENT", "exit 130");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "USR1", "USR2", "ALRM", "WINCH", "URG", "PWR", "TTIN", "TTOU"})
    void F3_theOthersAreTheCommands(String signal) {
        forwarder.received(signal);

        assertThat(done).containsExactly("send " + signal);
        assertThat(Forwarder.signals(false)).contains(signal, "TERM", "INT");
    }

    @Test
    void F3_aTerminalsNewSizeIsNotToldTwice() {
        foreground = true;

        forwarder.received("WINCH");

        assertThat(done).isEmpty();
    }

    @Test
    void F3_aHangUpOfTheTerminalIsNotSentTwice_butOneFromElsewhereIsSent() {
        foreground = true;
        forwarder.received("HUP");
        assertThat(done).containsExactly("send HUP");

        done.clear();
        foreground = false;
        hungUp = true;
        forwarder.received("HUP");
        assertThat(done).isEmpty();
    }

    @Test
    void F3_whileNoCommandRunsHangUpEndsThisNode_andTheOthersDoNot() {
        runs = false;

        Forwarder.signals(false).forEach(forwarder::received);

        assertThat(done).containsExactly("exit 143", "exit 130", "exit 129");
    }

    @Test
    void F3_jobControlOfATerminalIsLeftAlone() {
        assertThat(Forwarder.signals(true)).doesNotContain("TTIN", "TTOU", "TSTP", "CONT");
        assertThat(Forwarder.signals(false)).doesNotContain("TSTP", "CONT", "QUIT");
    }
}
