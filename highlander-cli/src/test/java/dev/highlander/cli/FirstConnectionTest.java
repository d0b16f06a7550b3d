package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cli.FirstConnection.GivenUp;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstConnectionTest {
    private static final Problem PASSWORD = new Problem("AUTHENTICATION", "Wrong.", "Correct it.");
    private static final Problem NOBODY = new Problem("UNREACHABLE", "Nobody.", "Start it.");

    private final FirstConnection first = new FirstConnection(Duration.ofSeconds(30));

    private static boolean isOpen(FirstConnection first) {
        return !first.decided().toCompletableFuture().isDone();
    }

    private static Optional<GivenUp> decided(FirstConnection first) {
        assertThat(isOpen(first)).isFalse();
        return first.decided().toCompletableFuture().join();
    }

    @Test
    void nothingIsDecidedWhileItIsTried() {
        first.condition(Condition.connecting());
        first.condition(Condition.connecting(NOBODY));

        assertThat(isOpen(first)).isTrue();
    }

    @Test
    void aRefusalEndsItAtOnce() {
        first.condition(Condition.refused(PASSWORD));

        assertThat(decided(first)).contains(new GivenUp(ExitStatus.REFUSED, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"IN_RECOVERY", "READ_ONLY", "TOO_MANY_CONNECTIONS", "LOCK_TABLE_FULL"})
    void aRefusalThatPassesByItselfIsWaitedOut(String code) {
        first.condition(Condition.refused(new Problem(code, "x.", "y.")));
        assertThat(isOpen(first)).isTrue();

        first.condition(Condition.ready());
        assertThat(decided(first)).isEmpty();
    }

    @Test
    void whenTheTimeIsOverItEnds_withTheLastProblem() {
        first.condition(Condition.connecting(NOBODY));
        first.timeOut();

        assertThat(decided(first))
                .contains(new GivenUp(
                        ExitStatus.UNAVAILABLE,
                        "gave up, since the lock service could not be used within 30 s [UNREACHABLE]. Put that right, or"
                                + " give --connect-timeout more time, or 0 to try for ever."));
    }

    @Test
    void aServiceThatNeverAnsweredHasNoProblemToName() {
        first.timeOut();

        assertThat(decided(first).orElseThrow().message()).contains("could not be used within 30 s. Put");
    }

    @Test
    void onceConnectedNothingEndsIt() {
        first.condition(Condition.ready());

        first.condition(Condition.connecting(NOBODY));
        first.condition(Condition.refused(PASSWORD));
        first.timeOut();

        assertThat(decided(first)).isEmpty();
    }

    @Test
    void withoutALimitItIsTriedForEver_refusedOrNot() {
        FirstConnection forEver = new FirstConnection(Duration.ZERO);
        forEver.begin();
        forEver.condition(Condition.refused(PASSWORD));

        assertThat(isOpen(forEver)).isTrue();
    }

    @Test
    void theTimeCountsFromTheBeginning() throws Exception {
        FirstConnection brief = new FirstConnection(Duration.ofMillis(1));
        brief.begin();

        assertThat(brief.decided().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .map(GivenUp::status)
                .contains(ExitStatus.UNAVAILABLE);
    }
}
