package dev.highlander;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.StopReason;
import dev.highlander.supervisor.SupervisorSpec;
import dev.highlander.testkit.FakeLocks.FakeHold;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What becomes of a child that ends by itself: restarts in place, and standing aside. */
class RestartsOfASingletonTest {
    private static final Exit FAILED = Exit.failed(new IllegalStateException("on purpose"));

    private final Stage stage = Stage.simpleWithLease();
    private final Stage.Puppets puppets = stage.puppets();

    private Child startApp(SupervisorSpec tree) throws Exception {
        Child app = ChildSpec.tree("app", tree).start().start(stage.time);
        stage.time.runUntilIdle();
        return app;
    }

    private static boolean hasEnded(Child child) {
        return child.ended().toCompletableFuture().isDone();
    }

    private void grant() {
        stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            puppets.last().end(FAILED);
        }
    }

    @Nested
    class InPlace {
        @BeforeEach
        void restartInPlace() {
            stage.highlander = stage.highlander.restartInPlace(2, Duration.ofSeconds(5));
        }

        @Test
        void B7_a_started_worker_is_restarted_under_the_same_hold_and_token_and_handed_a_term_of_its_own() {
            List<Term> terms = new ArrayList<>();
            Singleton singleton = stage.run(stage.highlander.child("child", term -> {
                terms.add(term);
                return puppets.start();
            }));
            FakeHold hold = stage.hold();
            Instant began = stage.time.instant();
            stage.time.advance(Duration.ofSeconds(1));
            fail(1);
            assertThat(singleton.state()).isEqualTo(State.RUNNING);
            assertThat(puppets.all).hasSize(2);
            assertThat(stage.hold()).isSameAs(hold);
            assertThat(hold.isReleased()).isFalse();
            assertThat(stage.steps())
                    .endsWith("STARTING>RUNNING STARTED", "RUNNING>STARTING FAILED", "STARTING>RUNNING STARTED");
            assertThat(terms).extracting(Term::token).containsExactly(hold.token(), hold.token());
            assertThat(terms).extracting(Term::since).containsExactly(began, began);
            assertThat(terms.get(0).isHeld())
                    .as("what the earlier child left behind must not go on")
                    .isFalse();
            assertThat(terms.get(1).isHeld()).isTrue();
            assertThat(singleton.term()).contains(terms.get(1));
        }

        @Test
        void B7_a_wrapped_child_is_restarted_and_its_supervisor_hears_nothing() throws Exception {
            Child app =
                    startApp(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(0, Duration.ofDays(1)));
            grant();
            fail(1);
            puppets.last().end(Exit.completed());
            assertThat(puppets.all).hasSize(3);
            assertThat(stage.hold().isReleased()).isFalse();
            assertThat(hasEnded(app)).isFalse();
        }

        @Test
        void B7_a_tree_that_has_given_up_is_started_again_as_a_whole() {
            Singleton singleton = stage.run(ChildSpec.tree(
                    "child",
                    oneForOne(ChildSpec.of("a", puppets), ChildSpec.of("b", puppets))
                            .maxRestarts(0, Duration.ofSeconds(1))));
            assertThat(puppets.all).hasSize(2);
            puppets.all.get(0).end(FAILED);
            assertThat(singleton.state()).as("b still runs").isEqualTo(State.RUNNING);
            assertThat(puppets.all).hasSize(2);
            puppets.all.get(1).end(Exit.stopped());
            assertThat(puppets.all).hasSize(4);
            assertThat(singleton.state()).isEqualTo(State.RUNNING);
            assertThat(stage.hold().isReleased()).isFalse();
        }

        @Test
        void B7_its_restart_kind_says_which_ends_are_restarted() {
            Singleton singleton = stage.run(puppets.spec().restart(Restart.ON_FAILURE));
            fail(1);
            assertThat(singleton.state()).isEqualTo(State.RUNNING);
            puppets.last().end(Exit.completed());
            assertThat(singleton.state()).isEqualTo(State.CLOSED);
            assertThat(stage.hold().isReleased()).isTrue();
        }

        @Test
        void B7_restarts_are_forgotten_after_their_window() {
            Singleton singleton = stage.run(puppets.spec());
            for (int i = 0; i < 20; i++) {
                fail(1);
                stage.time.advance(Duration.ofSeconds(3));
                stage.hold().confirm();
            }
            assertThat(puppets.all).hasSize(21);
            assertThat(singleton.state()).isEqualTo(State.RUNNING);
            assertThat(stage.locks.holds()).hasSize(1);
        }

        @Test
        void B7_a_lost_key_is_not_restarted_under() {
            Singleton singleton = stage.run(puppets.spec());
            stage.hold().lose(Loss.DISCONNECTED);
            stage.time.runUntilIdle();
            fail(1);
            assertThat(puppets.all).hasSize(1);
            assertThat(singleton.state()).isEqualTo(State.STANDBY);
            assertThat(stage.hold().isReleased()).isTrue();
        }

        @Test
        void B7_a_lease_that_is_as_good_as_over_is_not_restarted_under() {
            Singleton singleton = stage.run(puppets.spec());
            stage.hold().deadBy(stage.time.nanos() + Duration.ofSeconds(4).toNanos());
            fail(1);
            assertThat(puppets.all).hasSize(1);
            assertThat(stage.steps()).endsWith("RUNNING>STANDBY EXPIRED");
            assertThat(singleton.state()).isEqualTo(State.STANDBY);
        }

        @Test
        void B7_one_that_is_being_closed_is_not_restarted() {
            Singleton singleton = stage.run(puppets.spec());
            var unused = stage.closing(singleton);
            stage.until(singleton, State.STOPPING);
            fail(1);
            assertThat(puppets.all).hasSize(1);
            assertThat(singleton.state()).isEqualTo(State.CLOSED);
        }

        @Test
        void B7_what_an_earlier_child_says_late_is_not_taken_for_the_present_ones() {
            List<Late> all = new ArrayList<>();
            Singleton singleton = stage.start(ChildSpec.of("child", () -> {
                all.add(new Late(puppets.start()));
                return all.get(all.size() - 1);
            }));
            grant();
            all.get(0).ended.complete(FAILED);
            stage.time.runUntilIdle();
            assertThat(all).hasSize(2);
            all.get(0).started.complete(null);
            stage.time.runUntilIdle();
            assertThat(singleton.state()).isEqualTo(State.STARTING);
            singleton.stepDown(Duration.ofMinutes(1));
            stage.time.runUntilIdle();
            all.get(0).stuck.complete(null);
            stage.time.runUntilIdle();
            assertThat(puppets.last().asked).containsExactly("stop YIELDED at 0");
        }

        @Test
        void B7_an_intensity_out_of_range_is_refused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> stage.highlander.restartInPlace(-1, Duration.ofSeconds(5)))
                    .withMessageContaining("-1 restarts in place in PT5S are out of range");
            for (Duration window : List.of(
                    Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(1).plusNanos(1))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> stage.highlander.restartInPlace(3, window))
                        .withMessageContaining("Use zero or more, in more than zero and at most a day.");
            }
        }

        @Test
        void B8_beyond_its_intensity_the_node_stands_aside_and_says_so_and_another_one_may_try() {
            Singleton singleton = stage.run(puppets.spec());
            fail(3);
            assertThat(puppets.all).hasSize(3);
            assertThat(stage.hold().isReleased()).isTrue();
            assertThat(stage.locks.waiting(Stage.KEY)).isZero();
            assertThat(stage.steps()).endsWith("RUNNING>STANDBY CRASH_LOOP");
            assertThat(stage.heard.get(stage.heard.size() - 1).cause().orElseThrow())
                    .hasMessage("on purpose");
            assertThat(singleton.standingAside()).contains(Duration.ofMinutes(1));

            Stage.Puppets others = stage.puppets();
            Singleton other = Highlander.with(stage.locks).withoutShutdownHook().start(Stage.KEY, others.spec());
            stage.time.runUntilIdle();
            stage.grantAndRun(other);
            assertThat(others.all).hasSize(1);
        }

        @Test
        void B8_with_nobody_else_the_node_contends_again_when_its_time_is_over_and_so_on_for_ever() {
            Singleton singleton = stage.run(puppets.spec());
            for (int i = 1; i <= 10; i++) {
                fail(3);
                assertThat(puppets.all).hasSize(3 * i);
                stage.time.advance(Duration.ofSeconds(60).minusNanos(1));
                assertThat(stage.locks.waiting(Stage.KEY)).isZero();
                assertThat(singleton.standingAside()).contains(Duration.ofNanos(1));
                stage.time.advance(Duration.ofNanos(1));
                assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
                assertThat(singleton.standingAside()).isEmpty();
                stage.grantAndRun(singleton);
            }
        }

        @Test
        void B8_a_wrapped_child_stands_aside_before_its_failure_goes_upwards() throws Exception {
            stage.highlander = stage.highlander.standAside(Duration.ofSeconds(30));
            Child app =
                    startApp(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(0, Duration.ofDays(1)));
            grant();
            fail(3);
            assertThat(hasEnded(app)).isFalse();
            assertThat(stage.locks.waiting(Stage.KEY)).isZero();
            stage.time.advance(Duration.ofSeconds(30));
            assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);

            grant();
            fail(3);
            assertThat(puppets.all).hasSize(6);
            assertThat(hasEnded(app)).isTrue();
            Exit exit = app.ended().toCompletableFuture().join();
            assertThat(exit.kind()).isEqualTo(Exit.Kind.FAILED);
            assertThat(exit.cause().orElseThrow()).hasRootCauseMessage("on purpose");
        }

        @Test
        void B8_that_its_node_stood_aside_is_not_forgotten_by_a_restart_of_its_supervisor() throws Exception {
            Child app =
                    startApp(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(1, Duration.ofDays(1)));
            grant();
            fail(3);
            stage.time.advance(Duration.ofMinutes(1));
            grant();
            fail(3);
            assertThat(hasEnded(app)).isFalse();
            assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
            grant();
            fail(3);
            assertThat(hasEnded(app)).isTrue();
        }

        @Test
        void C6_losses_conflicts_and_outages_never_count_towards_restarts_in_place_or_standing_aside()
                throws Exception {
            Child app =
                    startApp(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(0, Duration.ofDays(1)));
            for (Loss loss : Loss.values()) {
                for (int i = 0; i < 20; i++) {
                    grant();
                    stage.hold().lose(loss);
                    stage.time.runUntilIdle();
                    fail(1);
                    assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
                }
            }
            for (int i = 0; i < 20; i++) {
                grant();
                stage.hold().deadBy(stage.time.nanos() + Duration.ofSeconds(4).toNanos());
                fail(1); // before anybody has noticed
                assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
                grant();
                stage.time.advance(Duration.ofHours(1)); // an outage: no check is confirmed
                fail(1);
                assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
            }
            assertThat(hasEnded(app)).isFalse();

            grant();
            int before = puppets.all.size();
            fail(2);
            assertThat(puppets.all).as("all restarts are still to be had").hasSize(before + 2);
            assertThat(stage.hold().isReleased()).isFalse();
        }
    }

    /** A child whose signals a test gives. */
    private record Late(
            Child child, CompletableFuture<Void> started, CompletableFuture<Void> stuck, CompletableFuture<Exit> ended)
            implements Child {
        Late(Child child) {
            this(child, new CompletableFuture<>(), new CompletableFuture<>(), new CompletableFuture<>());
        }

        @Override
        public void stop(StopReason why, long killBy) {
            child.stop(why, killBy);
        }

        @Override
        public void kill(StopReason why) {
            child.kill(why);
        }
    }

    @Nested
    class WithTheKeyGivenUp {
        @Test
        void B8_the_fourth_end_of_a_wrapped_child_in_five_seconds_stands_aside_instead_of_taking_its_supervisor_down()
                throws Exception {
            Child app = startApp(oneForOne(stage.highlander.wrap(puppets.spec())));
            for (int i = 0; i < 3; i++) {
                grant();
                fail(1);
                assertThat(stage.locks.waiting(Stage.KEY)).as("contends again").isEqualTo(1);
            }
            grant();
            fail(1);
            assertThat(stage.locks.waiting(Stage.KEY)).as("stands aside").isZero();
            assertThat(hasEnded(app)).isFalse();

            stage.time.advance(Duration.ofMinutes(1));
            for (int i = 0; i < 4; i++) {
                assertThat(hasEnded(app)).isFalse();
                grant();
                fail(1);
            }
            assertThat(hasEnded(app)).isTrue();
        }

        @Test
        void B8_the_fourth_end_in_a_row_of_a_started_child_stands_aside() {
            Singleton singleton = stage.run(puppets.spec());
            for (int i = 0; i < 3; i++) {
                fail(1);
                assertThat(stage.steps()).endsWith("RUNNING>STANDBY FAILED");
                stage.time.advance(Duration.ofSeconds(8));
                stage.grantAndRun(singleton);
            }
            fail(1);
            assertThat(stage.steps()).endsWith("RUNNING>STANDBY CRASH_LOOP");
            assertThat(singleton.standingAside()).contains(Duration.ofMinutes(1));
            stage.time.advance(Duration.ofMinutes(1));
            assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
        }

        @Test
        void B8_without_a_time_to_stand_aside_failures_go_upwards_as_they_come() throws Exception {
            stage.highlander = stage.highlander.standAside(Duration.ZERO);
            Child app = startApp(oneForOne(stage.highlander.wrap(puppets.spec())));
            for (int i = 0; i < 4; i++) {
                assertThat(hasEnded(app)).isFalse();
                grant();
                fail(1);
            }
            assertThat(hasEnded(app)).isTrue();
        }

        @Test
        void B8_a_time_to_stand_aside_out_of_range_is_refused() {
            for (Duration bad : List.of(Duration.ofNanos(-1), Duration.ofDays(1).plusNanos(1))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> stage.highlander.standAside(bad))
                        .withMessage("A time of " + bad + " to stand aside is out of range. Use zero to a day.");
            }
        }

        @Test
        void C6_no_number_of_losses_takes_a_supervisor_down_or_makes_a_node_stand_aside() throws Exception {
            Child app =
                    startApp(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(0, Duration.ofDays(1)));
            Singleton started = stage.highlander.start(Stage.KEY, puppets.spec());
            stage.time.runUntilIdle();
            for (Loss loss : Loss.values()) {
                for (int i = 0; i < 20; i++) {
                    grant();
                    stage.hold().lose(loss);
                    stage.time.runUntilIdle();
                    fail(1);
                    assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(2);
                }
            }
            assertThat(hasEnded(app)).isFalse();
            assertThat(started.standingAside()).isEmpty();
        }
    }
}
