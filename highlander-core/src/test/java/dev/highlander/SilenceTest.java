package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Of eight units at most, so that there is a look every two. */
class SilenceTest {
    private final Silence silence = new Silence(8);

    @Test
    void B9_it_ends_after_what_is_allowed_and_not_before() {
        silence.begin(100);
        for (long now : new long[] {102, 104, 106, 107}) {
            assertThat(silence.isTooLong(now)).as("at " + now).isFalse();
        }
        assertThat(silence.isTooLong(108)).isTrue();
    }

    @Test
    void B9_it_is_looked_at_every_quarter_and_at_its_end() {
        silence.begin(100);
        assertThat(silence.lookAt()).isEqualTo(102);
        assertThat(silence.isTooLong(103)).isFalse();
        assertThat(silence.lookAt()).isEqualTo(105);
        assertThat(silence.isTooLong(107)).isFalse();
        assertThat(silence.lookAt()).isEqualTo(108);
    }

    @Test
    void B9_it_is_counted_from_the_latest_report() {
        silence.begin(100);
        assertThat(silence.isTooLong(104)).isFalse();
        silence.broken(104);
        silence.broken(103);
        assertThat(silence.isTooLong(108)).isFalse();
        assertThat(silence.isTooLong(111)).isFalse();
        assertThat(silence.isTooLong(112)).isTrue();
    }

    @Test
    void B9_a_time_in_which_nobody_looked_does_not_count_beyond_half_of_what_is_allowed() {
        silence.begin(100);
        assertThat(silence.isTooLong(102)).isFalse();
        assertThat(silence.isTooLong(1002)).as("frozen").isFalse();
        assertThat(silence.isTooLong(1004)).isFalse();
        assertThat(silence.isTooLong(1007)).isFalse();
        assertThat(silence.isTooLong(1008)).isTrue();
    }

    @Test
    void B9_a_look_that_is_a_little_late_counts() {
        silence.begin(100);
        assertThat(silence.isTooLong(104)).isFalse();
        assertThat(silence.isTooLong(108)).isTrue();
    }

    @Test
    void B9_where_nothing_is_expected_it_never_ends_and_is_never_looked_at() {
        Silence any = new Silence(Long.MAX_VALUE);
        any.begin(100);
        any.broken(Long.MAX_VALUE - 1);
        assertThat(any.isTooLong(Long.MAX_VALUE - 1)).isFalse();
        assertThat(any.lookAt()).isEqualTo(Long.MAX_VALUE);
    }
}
