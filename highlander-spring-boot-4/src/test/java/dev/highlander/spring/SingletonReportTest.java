package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Reason;
import dev.highlander.State;
import dev.highlander.Transition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** F6: why it is not here, in each state. */
class SingletonReportTest {
    private static final Instant AT = Instant.parse("2026-11-20T12:00:00Z");

    private boolean ready = true;
    private Optional<Holder> holder = Optional.empty();
    private Optional<Transition> last = Optional.empty();

    @Test
    void F6_it_runs_here_since_then() {
        assertThat(SingletonReport.why(State.RUNNING, Optional.empty(), Optional.empty(), Optional.of(AT), facts()))
                .isEqualTo("It runs here since 2026-11-20T12:00:00Z.");
    }

    @Test
    void F6_another_instance_holds_the_key() {
        holder = Optional.of(new Holder("host-b:1", Optional.empty(), OptionalLong.empty(), Optional.empty()));

        assertThat(why(State.STANDBY)).isEqualTo("host-b:1 holds the key.");
    }

    @Test
    void F6_something_else_on_this_instance_holds_the_key() {
        holder = Optional.of(new Holder("here", Optional.empty(), OptionalLong.empty(), Optional.empty()));

        assertThat(why(State.STANDBY)).contains("on this instance");
    }

    @Test
    void F6_the_lock_service_is_out_of_reach_and_what_to_do() {
        ready = false;

        assertThat(why(State.STANDBY)).isEqualTo("Out of reach. It is down. Wait. [UNREACHABLE]");
    }

    @Test
    void F6_it_stands_aside_and_why() {
        last = transition(State.RUNNING, State.STANDBY, Reason.CRASH_LOOP);

        assertThat(SingletonReport.why(
                        State.STANDBY,
                        Optional.empty(),
                        Optional.of(Duration.ofMillis(4001)),
                        Optional.empty(),
                        facts()))
                .isEqualTo("This instance leaves it to others for 5 s: CRASH_LOOP.");
    }

    @Test
    void F6_it_settles_with_a_countdown() {
        assertThat(SingletonReport.why(
                        State.SETTLING,
                        Optional.of(Duration.ofSeconds(8)),
                        Optional.empty(),
                        Optional.empty(),
                        facts()))
                .contains("starts in 8 s");
    }

    @Test
    void F6_every_state_has_a_sentence() {
        for (State state : State.values()) {
            assertThat(why(state)).matches("[A-Z].+\\.");
        }
    }

    private String why(State state) {
        return SingletonReport.why(state, Optional.empty(), Optional.empty(), Optional.empty(), facts());
    }

    private SingletonReport.Facts facts() {
        Optional<Problem> problem =
                ready ? Optional.empty() : Optional.of(new Problem("UNREACHABLE", "It is down.", "Wait."));
        return new SingletonReport.Facts(
                new Reachability.Verdict(true, "Out of reach.", problem), ready, "here", holder, last);
    }

    private static Optional<Transition> transition(State from, State to, Reason reason) {
        return Optional.of(new Transition(
                Key.of("relay"), "relay", "here", from, to, reason, OptionalLong.of(1), AT, Optional.empty()));
    }
}
