package dev.highlander;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Children that are expected to report progress. */
class ProgressOfASingletonTest {
    private static final Duration ALLOWED = Duration.ofSeconds(4);

    private final Stage stage = Stage.simpleWithLease();
    private final Stage.Puppets puppets = stage.puppets();
    private final AtomicReference<Term> term = new AtomicReference<>();

    private ChildSpec reporting() {
        return stage.highlander
                .child("child", given -> {
                    term.set(given);
                    return puppets.start();
                })
                .expectProgress(ALLOWED);
    }

    private void pass(Duration time) {
        stage.hold().confirm();
        stage.time.advance(time);
    }

    @Test
    void B9_a_child_that_reports_runs_on_and_one_that_falls_silent_is_stopped_and_claimed_for_again() {
        Singleton singleton = stage.run(reporting());
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofSeconds(3));
            term.get().progress();
        }
        assertThat(singleton.state()).isEqualTo(State.RUNNING);
        assertThat(puppets.last().asked).isEmpty();

        pass(Duration.ofMillis(3999));
        assertThat(puppets.last().asked).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(puppets.last().asked).containsExactly("stop NO_PROGRESS at 64000");
        assertThat(stage.hold().isReleased()).isFalse();

        puppets.last().end(Exit.stopped());
        assertThat(stage.steps()).endsWith("RUNNING>STOPPING NO_PROGRESS", "STOPPING>STANDBY FAILED");
        assertThat(stage.hold().isReleased()).isTrue();
        Transition last = stage.heard.get(stage.heard.size() - 1);
        assertThat(last.cause().orElseThrow())
                .isInstanceOf(NoProgressException.class)
                .hasMessageContaining("No progress for PT4S", "Term.progress()");
    }

    @Test
    void B9_silence_ends_a_singleton_that_is_never_restarted_with_a_clear_cause() {
        Singleton singleton = stage.run(reporting().restart(Restart.NEVER));
        pass(ALLOWED);
        puppets.last().end(Exit.stopped());
        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        Exit exit = singleton.closed().toCompletableFuture().join();
        assertThat(exit.kind()).isEqualTo(Exit.Kind.FAILED);
        assertThat(exit.cause().orElseThrow()).isInstanceOf(NoProgressException.class);
    }

    @Test
    void B7_B9_a_silent_child_is_restarted_in_place_once_it_is_seen_dead() {
        stage.highlander = stage.highlander.restartInPlace(1, Duration.ofHours(1));
        Singleton singleton = stage.run(reporting());
        Term first = term.get();
        pass(ALLOWED);
        assertThat(puppets.all).hasSize(1);
        pass(Duration.ofSeconds(4));
        assertThat(puppets.all).as("not beside the first").hasSize(1);
        puppets.last().end(Exit.stopped());
        assertThat(puppets.all).hasSize(2);
        assertThat(singleton.state()).isEqualTo(State.RUNNING);

        pass(Duration.ofSeconds(3));
        first.progress();
        pass(Duration.ofSeconds(1));
        assertThat(puppets.last().asked).as("that was not its own").hasSize(1);
        puppets.last().end(Exit.stopped());
        assertThat(stage.steps()).as("two failures").endsWith("STOPPING>STANDBY CRASH_LOOP");
    }

    @Test
    void B9_a_silent_child_that_ignores_its_stop_is_killed_and_then_stuck_and_its_key_is_kept() {
        Singleton singleton = stage.run(reporting());
        pass(ALLOWED);
        pass(Duration.ofSeconds(5));
        assertThat(puppets.last().asked).containsExactly("stop NO_PROGRESS at 4000", "kill NO_PROGRESS at 9000");
        pass(Duration.ofSeconds(1));
        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(stage.hold().isReleased()).isFalse();
    }

    @Test
    void B9_silence_of_a_wrapped_child_goes_to_its_supervisor() throws Exception {
        Child app = ChildSpec.tree(
                        "app", oneForOne(stage.highlander.wrap(reporting())).maxRestarts(0, Duration.ofDays(1)))
                .start()
                .start(stage.time);
        stage.time.runUntilIdle();
        stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();
        pass(ALLOWED);
        puppets.last().end(Exit.stopped());
        assertThat(app.ended().toCompletableFuture()).isDone();
        assertThat(app.ended().toCompletableFuture().join().cause().orElseThrow())
                .hasRootCauseInstanceOf(NoProgressException.class);
    }

    @Test
    void B9_any_child_of_a_tree_may_report_for_the_whole() {
        Singleton singleton = stage.run(stage.highlander
                .tree("child", given -> {
                    term.set(given);
                    return oneForOne(ChildSpec.of("a", puppets), ChildSpec.of("b", puppets));
                })
                .expectProgress(ALLOWED));
        pass(Duration.ofSeconds(3));
        term.get().progress();
        pass(Duration.ofSeconds(3));
        assertThat(singleton.state()).isEqualTo(State.RUNNING);
        pass(Duration.ofSeconds(1));
        assertThat(singleton.state()).isEqualTo(State.STOPPING);
        assertThat(puppets.last().asked).containsExactly("stop NO_PROGRESS at 7000");
    }

    @Test
    void B9_a_loop_that_hangs_is_interrupted_and_started_again() throws Exception {
        Stage threaded = Stage.threaded();
        threaded.highlander = threaded.highlander.restartInPlace(3, Duration.ofHours(1));
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Singleton singleton = threaded.run(threaded.highlander
                .task("child", given -> {
                    heard.add("runs");
                    try {
                        Stage.loop();
                    } finally {
                        heard.add("ends");
                    }
                })
                .expectProgress(ALLOWED));
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("runs");
        threaded.time.advance(ALLOWED);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("ends");
        threaded.time.runUntil(() -> heard.contains("runs"));
        threaded.until(singleton, State.RUNNING);
        threaded.close(singleton);
    }

    @Test
    void C6_silence_in_an_outage_is_no_failure() throws Exception {
        Child app = ChildSpec.tree(
                        "app", oneForOne(stage.highlander.wrap(reporting())).maxRestarts(0, Duration.ofDays(1)))
                .start()
                .start(stage.time);
        stage.time.runUntilIdle();
        for (Loss loss : Loss.values()) {
            stage.locks.grant(Stage.KEY);
            stage.time.runUntilIdle();
            pass(ALLOWED);
            assertThat(puppets.last().asked).hasSize(1);
            stage.hold().lose(loss);
            stage.time.runUntilIdle();
            puppets.last().end(Exit.failed(new IllegalStateException("interrupted")));
            assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
        }
        assertThat(app.ended().toCompletableFuture()).isNotDone();
    }

    @Test
    void B9_a_child_that_is_not_handed_a_term_is_refused_at_once() {
        for (ChildSpec mute : List.of(
                ChildSpec.task("child", () -> {}),
                ChildSpec.service("child", () -> () -> {}),
                ChildSpec.command("child", "true"),
                ChildSpec.tree("child", oneForOne()),
                stage.highlander.wrap(reporting()))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> mute.expectProgress(ALLOWED))
                    .withMessage(
                            "The child child can't report progress, since it is not handed a term. Make it with task,"
                                    + " child or tree of a Highlander, and have it call Term.progress().");
        }
        assertThat(reporting().expectedProgress()).contains(ALLOWED);
        assertThat(reporting().restart(Restart.NEVER).significant().expectedProgress())
                .contains(ALLOWED);
        assertThat(stage.highlander.wrap(reporting()).expectedProgress()).isEmpty();
    }

    @Test
    void B9_a_silence_out_of_range_is_refused() {
        for (Duration bad :
                List.of(Duration.ZERO, Duration.ofMillis(99), Duration.ofDays(1).plusNanos(1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reporting().expectProgress(bad))
                    .withMessage("A silence of " + bad + " is out of range. Use 100 milliseconds to a day.");
        }
    }

    @Test
    void progress_that_nobody_expects_is_of_no_effect() {
        Singleton singleton = stage.run(stage.highlander.child("child", given -> {
            term.set(given);
            return puppets.start();
        }));
        Term first = term.get();
        first.progress();
        pass(Duration.ofSeconds(5));
        assertThat(singleton.state()).isEqualTo(State.RUNNING);
        puppets.last().end(Exit.completed());
        first.progress();
        stage.time.runUntilIdle();
        assertThat(singleton.state()).isEqualTo(State.STANDBY);
    }
}
