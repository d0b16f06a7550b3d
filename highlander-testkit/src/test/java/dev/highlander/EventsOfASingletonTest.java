package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Loss;
import dev.highlander.lock.Subscription;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import dev.highlander.testkit.FakeLocks.FakeHold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EventsOfASingletonTest {
    @Test
    void F5_every_transition_is_an_event_with_its_reason() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.start(puppets.spec().restart(Restart.ON_FAILURE));
        FakeHold hold = stage.locks.grantUnsettled(Stage.KEY);
        stage.time.runUntilIdle();
        hold.startable();
        stage.time.runUntilIdle();
        hold.lose(Loss.CONFLICT);
        stage.time.runUntilIdle();
        puppets.last().end(Exit.stopped());
        stage.grantAndRun(singleton);
        puppets.last().end(Exit.failed(new IllegalStateException("on purpose")));
        stage.time.advance(Duration.ofSeconds(2));
        stage.grantAndRun(singleton);
        singleton.stepDown(Duration.ofSeconds(1));
        stage.time.runUntilIdle();
        puppets.last().end(Exit.stopped());
        stage.time.advance(Duration.ofSeconds(1));
        stage.grantAndRun(singleton);
        puppets.last().end(Exit.completed());

        assertThat(stage.steps())
                .containsExactly(
                        "STANDBY>SETTLING GRANTED",
                        "SETTLING>STARTING SETTLED",
                        "STARTING>RUNNING STARTED",
                        "RUNNING>STOPPING CONFLICT",
                        "STOPPING>STANDBY STOPPED",
                        "STANDBY>SETTLING GRANTED",
                        "SETTLING>STARTING SETTLED",
                        "STARTING>RUNNING STARTED",
                        "RUNNING>STANDBY FAILED",
                        "STANDBY>SETTLING GRANTED",
                        "SETTLING>STARTING SETTLED",
                        "STARTING>RUNNING STARTED",
                        "RUNNING>STOPPING STEPPED_DOWN",
                        "STOPPING>STANDBY STOPPED",
                        "STANDBY>SETTLING GRANTED",
                        "SETTLING>STARTING SETTLED",
                        "STARTING>RUNNING STARTED",
                        "RUNNING>CLOSED COMPLETED");
    }

    @Test
    void F5_an_event_tells_key_child_node_term_time_and_cause() {
        Stage stage = Stage.simple();
        Stage.Puppets puppets = stage.puppets();
        Instant began = stage.time.instant();
        stage.run(puppets.spec().restart(Restart.NEVER));
        stage.time.advance(Duration.ofMinutes(1));
        IllegalStateException cause = new IllegalStateException("on purpose");

        puppets.last().end(Exit.failed(cause));

        assertThat(stage.heard.get(1))
                .isEqualTo(new Transition(
                        Stage.KEY,
                        "child",
                        "node",
                        State.SETTLING,
                        State.STARTING,
                        Reason.SETTLED,
                        OptionalLong.of(1),
                        began,
                        Optional.empty()));
        assertThat(stage.heard.get(3))
                .isEqualTo(new Transition(
                        Stage.KEY,
                        "child",
                        "node",
                        State.RUNNING,
                        State.CLOSED,
                        Reason.FAILED,
                        OptionalLong.of(1),
                        began.plusSeconds(60),
                        Optional.of(cause)));
    }

    @Test
    void F5_a_listener_that_throws_or_has_left_disturbs_no_other() {
        Stage stage = Stage.simple();
        List<State> left = new ArrayList<>();
        List<State> stays = new ArrayList<>();
        Singleton singleton = stage.start(stage.puppets().spec());
        singleton.listen(transition -> {
            throw new IllegalStateException("a listener that fails on purpose");
        });
        Subscription subscription = singleton.listen(transition -> left.add(transition.to()));
        singleton.listen(transition -> stays.add(transition.to()));
        subscription.close();

        stage.grantAndRun(singleton);
        stage.time.runUntilIdle();

        assertThat(left).isEmpty();
        assertThat(stays).containsExactly(State.SETTLING, State.STARTING, State.RUNNING);
    }

    @Test
    void F5_a_listener_that_was_there_before_hears_of_the_opening_first_and_knows_whose_events_follow() {
        Stage stage = Stage.simple();
        List<String> heard = new ArrayList<>();
        stage.highlander = stage.highlander.listener(new SingletonListener() {
            private Singleton known;

            @Override
            public void opened(Singleton singleton) {
                known = singleton;
                heard.add("opened " + singleton.key() + " " + singleton.state());
            }

            @Override
            public void changed(Transition transition) {
                heard.add(transition.to() + " " + known.state());
            }
        });

        Singleton singleton = stage.start(stage.puppets().spec());
        stage.time.runUntilIdle();
        stage.grantAndRun(singleton);
        stage.time.runUntilIdle();

        assertThat(heard.get(0)).isEqualTo("opened child STANDBY");
        assertThat(heard).hasSize(4).last().isEqualTo("RUNNING RUNNING");
    }

    @Test
    void F5_a_listener_that_throws_at_an_opening_hears_the_transitions_all_the_same() {
        Stage stage = Stage.simple();
        List<State> heard = new ArrayList<>();
        stage.highlander = stage.highlander.listener(new SingletonListener() {
            @Override
            public void opened(Singleton singleton) {
                throw new IllegalStateException("a listener that fails on purpose");
            }

            @Override
            public void changed(Transition transition) {
                heard.add(transition.to());
            }
        });

        Singleton singleton = stage.start(stage.puppets().spec());
        stage.grantAndRun(singleton);
        stage.time.runUntilIdle();

        assertThat(heard).containsExactly(State.SETTLING, State.STARTING, State.RUNNING);
    }
}
