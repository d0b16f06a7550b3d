package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** F4: the numbers that {@code explain} prints, and the README has as multiples of the lease. */
final class PostgresBoundsTest {
    private static PostgresBounds bounds(String lease) {
        return new PostgresBounds(Lease.of(Duration.parse("PT" + lease)));
    }

    private static void assertTime(Duration actual, String expected) {
        assertThat(actual).isEqualTo(Duration.parse("PT" + expected));
    }

    @Test
    void F4_what_ten_seconds_come_to() {
        PostgresBounds bounds = bounds("10s");
        assertTime(bounds.stopBegins(), "6s");
        assertTime(bounds.stopBudget(), "3s");
        assertTime(bounds.childIsDead(), "10s");
        assertTime(bounds.settle(), "12.5s");
        assertTime(bounds.longestPoll(), "1.5s");
        assertTime(bounds.takeoverAfterCleanStop(), "0s");
        assertTime(bounds.takeoverAfterCrash(), "14s");
        assertTime(bounds.takeoverAfterSilence(), "25s");
        assertTime(bounds.takeoverAfterRestart(), "14s");
        assertTime(bounds.worstOverlap(), "0s");
        assertTime(bounds.longestRelease(), "10s");
        assertThat(bounds.connections()).isEqualTo(1);
        assertThat(bounds.statementsPerSecondRunning()).isEqualTo(0.5);
        assertThat(bounds.statementsPerSecondStandingBy()).isEqualTo(1.2);
    }

    /** Half a lease is less than a second: a waiting node then looks more often. */
    @Test
    void F4_what_one_second_comes_to() {
        PostgresBounds bounds = bounds("1s");
        assertTime(bounds.longestPoll(), "0.75s");
        assertTime(bounds.takeoverAfterCrash(), "2s");
        assertTime(bounds.takeoverAfterSilence(), "3.1s");
        assertTime(bounds.takeoverAfterRestart(), "2.75s");
        assertThat(bounds.statementsPerSecondRunning()).isEqualTo(5);
        assertThat(bounds.statementsPerSecondStandingBy()).isEqualTo(4);
    }

    /** What makes the others true: the child is dead before the server lets go, and the settle outlives it anyway. */
    @Test
    void F4_for_every_lease_the_times_come_in_order() {
        for (long millis : List.of(500L, 501L, 999L, 1_999L, 2_000L, 2_001L, 10_000L, 3_600_000L)) {
            PostgresBounds bounds = new PostgresBounds(Lease.of(Duration.ofMillis(millis)));
            assertThat(bounds.stopBegins().plus(bounds.stopBudget())).isLessThan(bounds.childIsDead());
            assertThat(bounds.childIsDead()).isLessThan(Duration.ofMillis(bounds.silenceMillis()));
            assertThat(bounds.settle()).isGreaterThan(bounds.childIsDead());
            assertThat(bounds.takeoverAfterCleanStop()).isLessThan(bounds.takeoverAfterCrash());
            assertThat(bounds.takeoverAfterCrash()).isLessThan(bounds.takeoverAfterSilence());
        }
    }

    @Test
    void F4_no_jitter_is_longer_than_the_longest() {
        Random random = new Random(1);
        PostgresBounds bounds = bounds("10s");
        for (int i = 0; i < 10_000; i++) {
            assertThat(PostgresBounds.jittered(bounds.poll(), random.nextDouble()))
                    .isBetween(500_000_000L, bounds.longestPoll().toNanos());
        }
    }

    @Test
    void F4_the_longest_lease_for_a_takeover_keeps_it_and_a_longer_one_does_not() {
        for (long millis : List.of(1_600L, 3_100L, 6_199L, 6_200L, 6_201L, 7_000L, 25_000L, 60_000L, 3_600_000L)) {
            Duration wanted = Duration.ofMillis(millis);
            Duration longest = PostgresBounds.longestLeaseFor(wanted);
            assertThat(new PostgresBounds(Lease.of(longest)).takeoverAfterSilence())
                    .isLessThanOrEqualTo(wanted);
            assertThat(new PostgresBounds(Lease.of(longest.plusMillis(10))).takeoverAfterSilence())
                    .as("lease %s for %s", longest, wanted)
                    .isGreaterThan(wanted);
        }
        assertThat(PostgresBounds.longestLeaseFor(Duration.ofSeconds(1))).isLessThan(Lease.MIN);
        assertTime(PostgresBounds.longestLeaseFor(Duration.ofSeconds(25)), "10s");
    }
}
