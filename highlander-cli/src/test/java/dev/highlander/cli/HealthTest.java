package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.State;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealthTest {
    private static final Problem PROBLEM = new Problem("CODE", "Wrong.", "Correct it.");
    private static final long SECOND = 1_000_000_000L;

    private final Health health = new Health(30 * SECOND, 100 * SECOND);

    @ParameterizedTest
    @EnumSource(State.class)
    void whoIsConnectedIsWell_aStandbyToo_butNotWithACommandThatCanNotBeKilled(State state) {
        health.condition(Condition.ready(), 101 * SECOND);

        assertThat(health.complaint(state, 9_999 * SECOND).isEmpty()).isEqualTo(state != State.STUCK);
    }

    @Test
    void whoHasNotConnectedYetIsGivenTime() {
        assertThat(health.complaint(State.STANDBY, 130 * SECOND)).isEmpty();
        assertThat(health.complaint(State.STANDBY, 131 * SECOND))
                .contains("the lock service has been out of reach for 31 s");
    }

    @Test
    void aShortOutageIsNoComplaint_aLongOneIs_untilItIsOver() {
        health.condition(Condition.ready(), 101 * SECOND);
        health.condition(Condition.connecting(PROBLEM), 200 * SECOND);
        health.condition(Condition.connecting(), 210 * SECOND);
        health.condition(Condition.connecting(PROBLEM), 220 * SECOND);

        assertThat(health.complaint(State.STANDBY, 230 * SECOND)).isEmpty();
        assertThat(health.complaint(State.STANDBY, 231 * SECOND)).isPresent();
        health.condition(Condition.ready(), 240 * SECOND);
        assertThat(health.complaint(State.STANDBY, 241 * SECOND)).isEmpty();
    }

    @Test
    void aRefusalIsAComplaintAtOnce_alsoWhileItIsTriedAgain() {
        health.condition(Condition.refused(PROBLEM), 101 * SECOND);
        assertThat(health.complaint(State.STANDBY, 101 * SECOND)).contains("the lock service refuses this node");

        health.condition(Condition.connecting(), 102 * SECOND);
        assertThat(health.complaint(State.STANDBY, 102 * SECOND)).isPresent();

        health.condition(Condition.ready(), 103 * SECOND);
        assertThat(health.complaint(State.STANDBY, 103 * SECOND)).isEmpty();
        health.condition(Condition.connecting(), 104 * SECOND);
        assertThat(health.complaint(State.STANDBY, 104 * SECOND)).isEmpty();
    }
}
