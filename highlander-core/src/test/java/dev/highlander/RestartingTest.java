package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestartingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Exit FAILED = Exit.failed(new IllegalStateException());

    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    @Test
    void waitsDoubleUpToTheLongest() {
        Restarting restarting = new Restarting(Restart.ALWAYS, backoff, () -> 0);
        for (long expected : new long[] {1, 2, 4, 8, 10, 10}) {
            assertThat(restarting.waitAfter(FAILED, 0)).isEqualTo(expected * SECOND);
        }
    }

    @Test
    void aChildThatRanForTheLongestWaitBeginsAgainWithTheFirst() {
        Restarting restarting = new Restarting(Restart.ALWAYS, backoff, () -> 0);
        restarting.waitAfter(FAILED, 0);
        assertThat(restarting.waitAfter(FAILED, 10 * SECOND - 1)).isEqualTo(2 * SECOND);
        assertThat(restarting.waitAfter(FAILED, 10 * SECOND)).isEqualTo(SECOND);
        assertThat(restarting.waitAfter(FAILED, 0)).isEqualTo(2 * SECOND);
    }

    @Test
    void chanceShortensAWaitByUpToHalf() {
        assertThat(backoff.nanos(0, 0)).isEqualTo(SECOND);
        assertThat(backoff.nanos(0, 0.5)).isEqualTo(SECOND * 3 / 4);
        assertThat(backoff.nanos(0, 0.999999)).isBetween(SECOND / 2, SECOND / 2 + SECOND / 1000);
    }

    @Test
    void noCountOfFailuresOverflows() {
        Backoff longest = new Backoff(Duration.ofNanos(1), Duration.ofDays(1));
        long last = 0;
        for (int failures = 0; failures < 10_000; failures++) {
            long wait = longest.nanos(failures, 0);
            assertThat(wait).isBetween(last, Duration.ofDays(1).toNanos());
            last = wait;
        }
        assertThat(last).isEqualTo(Duration.ofDays(1).toNanos());
        assertThat(longest.nanos(Integer.MAX_VALUE, 0)).isEqualTo(last);
    }

    @Test
    void theSpecSaysWhichEndsAreRestarted() {
        assertThat(new Restarting(Restart.ON_FAILURE, backoff, () -> 0).waitAfter(Exit.completed(), 0))
                .isNegative();
        assertThat(new Restarting(Restart.ON_FAILURE, backoff, () -> 0).waitAfter(FAILED, 0))
                .isEqualTo(SECOND);
        assertThat(new Restarting(Restart.ALWAYS, backoff, () -> 0).waitAfter(Exit.completed(), 0))
                .isEqualTo(SECOND);
        assertThat(new Restarting(Restart.NEVER, backoff, () -> 0).waitAfter(FAILED, 0))
                .isNegative();
        assertThat(Restarting.NEVER.waitAfter(FAILED, 0)).isNegative();
    }

    @Test
    void aBackoffOutOfRangeIsRefusedWithTheRange() {
        for (Duration[] bad : new Duration[][] {
            {Duration.ZERO, Duration.ofSeconds(1)},
            {Duration.ofSeconds(-1), Duration.ofSeconds(1)},
            {Duration.ofSeconds(2), Duration.ofSeconds(1)},
            {Duration.ofSeconds(1), Duration.ofDays(1).plusNanos(1)}
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Backoff(bad[0], bad[1]))
                    .withMessage("A backoff from " + bad[0] + " to " + bad[1] + " is out of range. Use more than zero"
                            + " first, a maximum that is not below it, and at most a day.");
        }
    }
}
