package dev.highlander.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ChildSpecTest {
    private final Start recipe = () -> {
        throw new AssertionError("not to be started");
    };
    private final ChildSpec spec = ChildSpec.of("relay", recipe);

    @Test
    void aSpecIsAlwaysRestartedAndHasFiveSecondsToStop() {
        assertThat(spec.id()).isEqualTo("relay");
        assertThat(spec.start()).isSameAs(recipe);
        assertThat(spec.restart()).isEqualTo(Restart.ALWAYS);
        assertThat(spec.shutdown().nanos()).isEqualTo(5_000_000_000L);
        assertThat(spec).hasToString("child relay (restart ALWAYS, shutdown PT5S)");
    }

    @Test
    void eachChangeGivesAnotherSpecAndLeavesTheRest() {
        Start other = () -> {
            throw new AssertionError("nor this");
        };
        ChildSpec changed =
                spec.restart(Restart.NEVER).shutdown(Shutdown.forEver()).start(other);
        assertThat(changed.id()).isEqualTo("relay");
        assertThat(changed.restart()).isEqualTo(Restart.NEVER);
        assertThat(changed.shutdown()).isEqualTo(Shutdown.forEver());
        assertThat(changed.start()).isSameAs(other);
        assertThat(changed).hasToString("child relay (restart NEVER, shutdown for ever)");
        assertThat(spec.restart()).isEqualTo(Restart.ALWAYS);
        assertThat(spec.start()).isSameAs(recipe);
    }

    @Test
    void anEmptyIdIsRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChildSpec.of(" ", recipe))
                .withMessage("The child's id is empty. Give it at least one visible character.");
    }

    @Test
    void whatIsMissingIsNamedAtOnce() {
        assertThatNullPointerException()
                .isThrownBy(() -> ChildSpec.of("a", null))
                .withMessage("start");
        assertThatNullPointerException()
                .isThrownBy(() -> ChildSpec.task("a", null))
                .withMessage("task");
        assertThatNullPointerException()
                .isThrownBy(() -> ChildSpec.service("a", (Service<String>) null))
                .withMessage("service");
        assertThatNullPointerException()
                .isThrownBy(() -> ChildSpec.service("a", (Callable<AutoCloseable>) null))
                .withMessage("factory");
        assertThatNullPointerException()
                .isThrownBy(() -> ChildSpec.service("a", 1, null))
                .withMessage("factory");
        assertThatNullPointerException().isThrownBy(() -> spec.restart(null)).withMessage("restart");
        assertThatNullPointerException().isThrownBy(() -> spec.shutdown(null)).withMessage("shutdown");
    }

    @Test
    void aGraceIsMoreThanNothingAndAtMostADay() {
        assertThat(Shutdown.kill().nanos()).isZero();
        assertThat(Shutdown.kill()).hasToString("kill");
        assertThat(Shutdown.forEver().nanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(Shutdown.grace(Duration.ofNanos(1)).nanos()).isEqualTo(1);
        assertThat(Shutdown.grace(Duration.ofDays(1)).nanos()).isEqualTo(86_400_000_000_000L);
        for (Duration bad : List.of(
                Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(1).plusNanos(1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Shutdown.grace(bad))
                    .withMessage("A grace of " + bad + " is out of range. Use more than zero and at most a day,"
                            + " Shutdown.kill() for none, or Shutdown.forEver().");
        }
    }

    @Test
    void aCommandIsCheckedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChildSpec.command("a"))
                .withMessage("The command is empty. Give a program, then its arguments.");
        assertThatIllegalArgumentException().isThrownBy(() -> Command.of("")).withMessageStartingWith("The command");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Command.of("echo", "a\0b"))
                .withMessage("A word of the command has a NUL character, which no program can be given. Remove it.");
        assertThat(Command.of("echo", "a")
                        .environment("A", "1")
                        .directory(Path.of("/"))
                        .silent())
                .hasToString("echo a");
    }

    @Test
    void whichEndsAreRestarted() {
        IllegalStateException cause = new IllegalStateException();
        assertThat(Restart.ALWAYS.after(Exit.completed())).isTrue();
        assertThat(Restart.ON_FAILURE.after(Exit.completed())).isFalse();
        assertThat(Restart.ON_FAILURE.after(Exit.stopped())).isFalse();
        assertThat(Restart.ON_FAILURE.after(Exit.stopped().because(cause))).isFalse();
        assertThat(Restart.ON_FAILURE.after(Exit.failed(cause))).isTrue();
        assertThat(Restart.ON_FAILURE.after(Exit.notStarted(cause))).isTrue();
        assertThat(Restart.NEVER.after(Exit.failed(cause))).isFalse();
    }

    @Test
    void anExitKeepsWhatIsKnownOfIt() {
        IllegalStateException cause = new IllegalStateException();
        assertThat(Exit.failed(cause).cause()).containsSame(cause);
        assertThat(Exit.notStarted(cause).cause()).containsSame(cause);
        assertThat(Exit.completed().cause()).isEmpty();
        Exit exit = Exit.stopped().withStatus(143).because(cause);
        assertThat(exit.kind()).isEqualTo(Exit.Kind.STOPPED);
        assertThat(exit.status()).hasValue(143);
        assertThat(exit.cause()).containsSame(cause);
        assertThat(exit.because(cause).withStatus(1).cause()).containsSame(cause);
    }
}
