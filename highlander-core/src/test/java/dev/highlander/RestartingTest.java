package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.highlander.Restarting.Intensity;
import dev.highlander.SingletonMachine.Next;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RestartingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Exit FAILED = Exit.failed(new IllegalStateException());
    private static final Next IN_PLACE = new Next.InPlace();
    private static final Next UPWARDS = new Next.Over(false);
    private static final Next LOOP_UPWARDS = new Next.Over(true);
    private static final Next ASIDE = aside(60);

    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    private static Next later(double seconds) {
        return new Next.Later((long) (seconds * SECOND));
    }

    private static Next aside(double seconds) {
        return new Next.Aside((long) (seconds * SECOND));
    }

    private static Intensity intensity(boolean inPlace, long standAside) {
        return new Intensity(2, 5 * SECOND, inPlace, standAside * SECOND);
    }

    /** One end after the other, with no time in between. */
    private static void check(Restarting restarting, long second, Next... expected) {
        for (Next next : expected) {
            assertThat(restarting.after(FAILED, 0, second * SECOND))
                    .as("at " + second)
                    .isEqualTo(next);
        }
    }

    @Nested
    class Started {
        private Restarting restarting(int most, boolean inPlace, long standAside) {
            return Restarting.started(
                    Restart.ALWAYS, new Intensity(most, 5 * SECOND, inPlace, standAside * SECOND), backoff, () -> 0);
        }

        @Test
        void waitsDoubleUpToTheLongest() {
            check(restarting(3, false, 0), 0, later(1), later(2), later(4), later(8), later(10), later(10));
        }

        @Test
        void aChildThatRanForTheLongestWaitBeginsAgainWithTheFirst() {
            Restarting restarting = restarting(3, false, 0);
            restarting.after(FAILED, 0, 0);
            assertThat(restarting.after(FAILED, 10 * SECOND - 1, 0)).isEqualTo(later(2));
            assertThat(restarting.after(FAILED, 10 * SECOND, 0)).isEqualTo(later(1));
            assertThat(restarting.after(FAILED, 0, 0)).isEqualTo(later(2));
        }

        @Test
        void soDoesOneThatRanForThatLongAndWasThenStopped() {
            Restarting restarting = restarting(3, false, 0);
            check(restarting, 0, later(1), later(2));
            restarting.ran(10 * SECOND);
            check(restarting, 0, later(1));
        }

        @Test
        void B8_the_fourth_end_in_a_row_leaves_the_key_to_others_and_so_does_each_one_after() {
            check(restarting(3, false, 60), 0, later(1), later(2), later(4), ASIDE, ASIDE, ASIDE);
        }

        @Test
        void B8_a_longer_backoff_than_the_time_to_stand_aside_counts() {
            check(restarting(3, false, 9), 0, later(1), later(2), later(4), aside(9), aside(10));
        }

        @Test
        void B8_a_child_that_ran_well_begins_again() {
            Restarting restarting = restarting(1, false, 60);
            check(restarting, 0, later(1), ASIDE);
            assertThat(restarting.after(FAILED, 10 * SECOND, 0)).isEqualTo(later(1));
        }

        @Test
        void B7_B8_in_place_one_too_many_leaves_the_key_to_others_each_time() {
            Restarting restarting = restarting(2, true, 60);
            check(restarting, 0, IN_PLACE, IN_PLACE, ASIDE);
            check(restarting, 61, IN_PLACE, IN_PLACE, ASIDE);
        }

        @Test
        void B7_in_place_and_without_standing_aside_the_backoff_decides() {
            check(restarting(1, true, 0), 0, IN_PLACE, later(1), IN_PLACE, later(2));
        }
    }

    @Nested
    class Wrapped {
        @Test
        void B7_in_place_the_restarts_of_a_window_are_counted() {
            Restarting restarting = Restarting.wrapped(Restart.ALWAYS, intensity(true, 60));
            check(restarting, 0, IN_PLACE, IN_PLACE);
            check(restarting, 6, IN_PLACE, IN_PLACE);
            check(restarting, 12, IN_PLACE);
            check(restarting, 17, IN_PLACE);
            check(restarting, 17, ASIDE);
        }

        @Test
        void B8_one_too_many_stands_aside_first_and_then_goes_upwards() {
            Restarting restarting = Restarting.wrapped(Restart.ALWAYS, intensity(true, 60));
            check(restarting, 0, IN_PLACE, IN_PLACE, ASIDE);
            check(restarting, 60, IN_PLACE, IN_PLACE, LOOP_UPWARDS);
            check(restarting, 60, IN_PLACE, IN_PLACE, LOOP_UPWARDS);
            check(restarting, 100_000, IN_PLACE, IN_PLACE, LOOP_UPWARDS);
        }

        @Test
        void B8_it_stands_aside_again_once_the_child_has_run_for_as_long_as_that() {
            for (boolean stopped : List.of(false, true)) {
                Restarting restarting = Restarting.wrapped(Restart.ALWAYS, intensity(true, 60));
                check(restarting, 0, IN_PLACE, IN_PLACE, ASIDE);
                restarting.ran(60 * SECOND - 1);
                check(restarting, 60, IN_PLACE, IN_PLACE, LOOP_UPWARDS);
                if (stopped) {
                    restarting.ran(60 * SECOND);
                    check(restarting, 120, IN_PLACE, IN_PLACE, ASIDE);
                } else {
                    assertThat(restarting.after(FAILED, 60 * SECOND, 120 * SECOND))
                            .isEqualTo(IN_PLACE);
                    check(restarting, 120, IN_PLACE, ASIDE);
                }
            }
        }

        @Test
        void B8_not_in_place_every_end_goes_upwards_but_one_that_is_one_too_many() {
            Restarting restarting = Restarting.wrapped(Restart.ALWAYS, intensity(false, 60));
            check(restarting, 0, UPWARDS, UPWARDS, ASIDE);
            check(restarting, 60, UPWARDS, UPWARDS, LOOP_UPWARDS, UPWARDS);
        }

        @Test
        void B8_without_a_time_to_stand_aside_all_goes_upwards() {
            check(
                    Restarting.wrapped(Restart.ALWAYS, intensity(true, 0)),
                    0,
                    IN_PLACE,
                    IN_PLACE,
                    LOOP_UPWARDS,
                    IN_PLACE);
            check(Restarting.wrapped(Restart.ALWAYS, intensity(false, 0)), 0, UPWARDS, UPWARDS, LOOP_UPWARDS, UPWARDS);
        }

        @Test
        void C6_what_was_asked_to_end_counts_for_nothing() {
            Restarting restarting = Restarting.wrapped(Restart.ALWAYS, intensity(true, 60));
            for (int i = 0; i < 100; i++) {
                restarting.ran(SECOND);
            }
            check(restarting, 0, IN_PLACE, IN_PLACE, ASIDE);
        }
    }

    @Test
    void theSpecSaysWhichEndsAreRestarted() {
        for (boolean inPlace : List.of(false, true)) {
            Intensity intensity = intensity(inPlace, 60);
            for (Restarting onFailure : List.of(
                    Restarting.started(Restart.ON_FAILURE, intensity, backoff, () -> 0),
                    Restarting.wrapped(Restart.ON_FAILURE, intensity))) {
                for (int i = 0; i < 10; i++) {
                    assertThat(onFailure.after(Exit.completed(), 0, 0)).isEqualTo(UPWARDS);
                }
                assertThat(onFailure.after(FAILED, 0, 0))
                        .as("completions do not count")
                        .isNotEqualTo(ASIDE);
            }
            for (Restarting never : List.of(
                    Restarting.started(Restart.NEVER, intensity, backoff, () -> 0),
                    Restarting.wrapped(Restart.NEVER, intensity))) {
                assertThat(never.after(FAILED, 0, 0)).isEqualTo(UPWARDS);
            }
        }
        assertThat(Restarting.NEVER.after(FAILED, 0, 0)).isEqualTo(UPWARDS);
        assertThat(Restarting.wrapped(Restart.ALWAYS, intensity(true, 60)).after(Exit.completed(), 0, 0))
                .isEqualTo(IN_PLACE);
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
