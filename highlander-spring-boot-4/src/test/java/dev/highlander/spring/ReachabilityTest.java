package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When an instance counts as unwell, stepped by hand; times in seconds. */
class ReachabilityTest {
    private static final Problem DOWN = new Problem("UNREACHABLE", "It can't be reached.", "Wait.");
    private static final Problem POOLER = new Problem("POOLER", "A pooler is between.", "Go past it.");

    private Reachability present = Reachability.from(0);

    @Test
    void a_lock_service_that_is_ready_is_well() {
        after(1, Condition.ready());

        assertThat(wellAt(1000)).isTrue();
    }

    @Test
    void one_that_is_being_connected_to_is_well_until_patience_ends() {
        after(1, Condition.connecting());

        assertThat(wellAt(29)).isTrue();
        assertThat(wellAt(30)).isFalse();
        assertThat(verdict(42).text()).contains("42 s");
    }

    @Test
    void D4_an_outage_is_counted_from_when_it_began_through_all_attempts() {
        after(10, Condition.ready());
        after(100, Condition.connecting(DOWN));
        after(120, Condition.connecting());
        after(125, Condition.connecting(DOWN));

        assertThat(wellAt(129)).isTrue();
        assertThat(wellAt(130)).isFalse();
        assertThat(verdict(130).problem()).contains(DOWN);
    }

    @Test
    void the_problem_of_the_last_attempt_stays_known_during_the_next() {
        after(1, Condition.connecting(DOWN));
        after(2, Condition.connecting());

        assertThat(verdict(3).problem()).contains(DOWN);
    }

    @Test
    void D8_one_that_refuses_is_unwell_at_once_and_stays_so_while_it_is_tried_again() {
        after(1, Condition.refused(POOLER));
        assertThat(wellAt(1)).isFalse();
        assertThat(verdict(1).problem()).contains(POOLER);

        after(2, Condition.connecting(POOLER));
        assertThat(wellAt(2)).isFalse();

        after(3, Condition.ready());
        assertThat(wellAt(3)).isTrue();
        assertThat(verdict(3).problem()).isEmpty();

        after(4, Condition.connecting());
        assertThat(wellAt(5)).isTrue();
    }

    @Test
    void a_closed_one_is_unwell() {
        after(1, Condition.ready());
        after(2, Condition.closed());

        assertThat(wellAt(2)).isFalse();
    }

    private void after(long seconds, Condition condition) {
        present = present.after(condition, nanos(seconds));
    }

    private boolean wellAt(long seconds) {
        return verdict(seconds).well();
    }

    private Reachability.Verdict verdict(long seconds) {
        return present.verdict(nanos(seconds), Duration.ofSeconds(30));
    }

    private static long nanos(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
