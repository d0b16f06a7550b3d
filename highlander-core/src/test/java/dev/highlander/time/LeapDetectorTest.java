package dev.highlander.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeapDetectorTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TODAY = 1_800_000_000L * SECOND;

    private final LeapDetector leaps = new LeapDetector();

    @Test
    void theFirstLookOnlyRemembers() {
        assertThat(leaps.observe(5 * SECOND, TODAY)).isZero();
    }

    @Test
    void clocksThatGoTogetherDoNotLeap() {
        for (long t = 0; t < 100; t++) {
            assertThat(leaps.observe(t * SECOND, TODAY + t * SECOND)).isZero();
        }
    }

    @Test
    void aSuspendIsAsLongAsTheWallClockSaysMore() {
        leaps.observe(0, TODAY);
        assertThat(leaps.observe(SECOND, TODAY + 3601 * SECOND)).isEqualTo(3600 * SECOND);
        assertThat(leaps.observe(2 * SECOND, TODAY + 3602 * SECOND))
                .as("it is counted once")
                .isEqualTo(3600 * SECOND);
    }

    @Test
    void leapsAddUp() {
        leaps.observe(0, TODAY);
        leaps.observe(1, TODAY + SECOND);
        assertThat(leaps.observe(2, TODAY + 3 * SECOND)).isEqualTo(3 * SECOND - 2);
    }

    @Test
    void aWallClockThatIsSetBackTakesNothingBack() {
        leaps.observe(0, TODAY);
        leaps.observe(1, TODAY + 10 * SECOND);
        assertThat(leaps.observe(SECOND, TODAY)).isEqualTo(10 * SECOND - 1);
        assertThat(leaps.observe(2 * SECOND, TODAY + SECOND)).isEqualTo(10 * SECOND - 1);
    }

    @Test
    void aSuspendAfterTheWallClockWasSetBackIsSeen() {
        leaps.observe(0, TODAY);
        leaps.observe(SECOND, TODAY - 7200 * SECOND);
        assertThat(leaps.observe(2 * SECOND, TODAY - 7199 * SECOND + 60 * SECOND))
                .isEqualTo(60 * SECOND);
    }

    @Test
    void noiseIsNotCountedAndDoesNotAddUp() {
        leaps.observe(0, TODAY);
        long wall = TODAY;
        for (long t = 1; t <= 1000; t++) {
            wall += SECOND + LeapDetector.NOISE;
            assertThat(leaps.observe(t * SECOND, wall)).isZero();
        }
        assertThat(leaps.observe(1001 * SECOND, wall + SECOND + LeapDetector.NOISE + 1))
                .isEqualTo(LeapDetector.NOISE + 1);
    }

    @Test
    void aLookThatAnotherOvertookIsIgnored() {
        leaps.observe(0, TODAY);
        assertThat(leaps.observe(10 * SECOND, TODAY + 70 * SECOND)).isEqualTo(60 * SECOND);
        assertThat(leaps.observe(9 * SECOND, TODAY + 9 * SECOND))
                .as("read before")
                .isEqualTo(60 * SECOND);
        assertThat(leaps.observe(11 * SECOND, TODAY + 71 * SECOND)).isEqualTo(60 * SECOND);
    }

    @Test
    void moreThanAllTimeStaysAtTheEndOfIt() {
        leaps.observe(0, 0);
        leaps.observe(0, Long.MAX_VALUE - 1);
        leaps.observe(0, 0);
        assertThat(leaps.observe(0, Long.MAX_VALUE - 1)).isEqualTo(Long.MAX_VALUE);
    }
}
