package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.lock.Loss;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Command;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.Service;
import dev.highlander.supervisor.StopReason;
import dev.highlander.testkit.FakeLocks.FakeHold;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenOfASingletonTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Test
    void B1_a_child_may_be_a_loop() throws Exception {
        Stage stage = Stage.threaded();
        Singleton singleton = stage.run(ChildSpec.task("child", () -> {
            heard.add("runs");
            try {
                Stage.loop();
            } finally {
                heard.add("ends");
            }
        }));
        assertThat(next()).isEqualTo("runs");

        stage.close(singleton);

        assertThat(next()).isEqualTo("ends");
    }

    @Test
    void B1_a_child_may_be_a_bare_factory_a_factory_with_an_argument_or_a_full_service() throws Exception {
        List<ChildSpec> all = List.of(
                ChildSpec.service("child", () -> {
                    heard.add("starts");
                    return () -> heard.add("stops");
                }),
                ChildSpec.service("child", "starts", argument -> {
                    heard.add(argument);
                    return () -> heard.add("stops");
                }),
                ChildSpec.service("child", new Service<String>() {
                    @Override
                    public String start() {
                        heard.add("starts");
                        return "stops";
                    }

                    @Override
                    public void stop(String started, StopReason why) {
                        heard.add(started);
                    }
                }));
        for (ChildSpec spec : all) {
            Stage stage = Stage.threaded();
            Singleton singleton = stage.run(spec);
            assertThat(next()).isEqualTo("starts");
            assertThat(heard).isEmpty();

            stage.close(singleton);

            assertThat(next()).isEqualTo("stops");
        }
    }

    @Test
    void B1_a_child_may_be_a_command_which_is_told_its_term(@TempDir Path directory) throws Exception {
        Path told = directory.resolve("told");
        Stage stage = Stage.threaded();
        Singleton singleton = stage.start(ChildSpec.command(
                        "child",
                        Command.of("sh", "-c", "echo $HIGHLANDER_KEY $HIGHLANDER_TOKEN $HIGHLANDER_NODE > " + told)
                                .silent())
                .restart(Restart.NEVER));
        stage.locks.grant(Stage.KEY);

        stage.until(singleton, State.CLOSED);

        assertThat(told).hasContent("child 1 node");
        assertThat(singleton.closed().toCompletableFuture().get().status()).hasValue(0);
    }

    @Test
    void B5_a_child_that_cannot_be_started_is_reported_with_key_child_and_cause_and_the_key_is_released() {
        Stage stage = Stage.simple();
        Singleton singleton = stage.start(ChildSpec.service("child", () -> {
            throw new IllegalStateException("no port free");
        }));

        FakeHold hold = stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();

        assertThat(hold.isReleased()).isTrue();
        assertThat(singleton.state()).isEqualTo(State.STANDBY);
        Transition last = stage.heard.get(stage.heard.size() - 1);
        assertThat(last.reason()).isEqualTo(Reason.START_FAILED);
        assertThat(last.key()).isEqualTo(Stage.KEY);
        assertThat(last.child()).isEqualTo("child");
        assertThat(last.cause().orElseThrow()).hasMessage("no port free");
        assertThat(last.toString()).contains("singleton child on node", "START_FAILED", "no port free");
    }

    @Test
    void B5_a_recipe_that_returns_nothing_is_a_failed_start() {
        Stage stage = Stage.simple();
        stage.start(ChildSpec.of("child", () -> null));

        FakeHold hold = stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();

        assertThat(hold.isReleased()).isTrue();
        assertThat(stage.heard.get(stage.heard.size() - 1).cause().orElseThrow())
                .hasMessageContaining("returned null");
    }

    @Test
    void B6_a_child_that_ends_releases_the_key_and_the_node_contends_again_after_a_wait() {
        for (Exit exit : List.of(Exit.completed(), Exit.failed(new IllegalStateException("on purpose")))) {
            Stage stage = Stage.simple();
            Stage.Puppets puppets = stage.puppets();
            Singleton singleton = stage.run(puppets.spec());
            FakeHold hold = stage.hold();

            puppets.last().end(exit);

            assertThat(hold.isReleased()).isTrue();
            assertThat(singleton.state()).isEqualTo(State.STANDBY);
            stage.time.advance(Duration.ofMillis(999)); // the first wait is one to two seconds
            assertThat(stage.locks.waiting(Stage.KEY)).isZero();
            stage.time.advance(Duration.ofMillis(1001));
            assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
            stage.grantAndRun(singleton); // the same node may win
            assertThat(puppets.all).hasSize(2);
        }
    }

    @Test
    void B6_the_waits_between_restarts_double_and_are_short_again_after_a_long_run() {
        Stage stage = Stage.simple();
        stage.highlander = stage.highlander.standAside(Duration.ZERO);
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        for (long full : new long[] {2, 4, 8, 16, 32, 60, 60}) {
            puppets.last().end(Exit.failed(new IllegalStateException("on purpose")));
            stage.time.advance(Duration.ofSeconds(full).dividedBy(2).minusMillis(1));
            assertThat(stage.locks.waiting(Stage.KEY))
                    .as("before half of %s s", full)
                    .isZero();
            stage.time.advance(Duration.ofSeconds(full).dividedBy(2).plusMillis(1));
            assertThat(stage.locks.waiting(Stage.KEY)).as("after %s s", full).isEqualTo(1);
            stage.grantAndRun(singleton);
        }

        stage.time.advance(Duration.ofSeconds(60));
        puppets.last().end(Exit.failed(new IllegalStateException("on purpose")));
        stage.time.advance(Duration.ofSeconds(2));
        assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
    }

    @Test
    void B6_a_child_that_is_never_restarted_ends_its_singleton() {
        Stage stage = Stage.simple();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec().restart(Restart.NEVER));

        puppets.last().end(Exit.failed(new IllegalStateException("on purpose")));

        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        assertThat(singleton.closed().toCompletableFuture().join().cause().orElseThrow())
                .hasMessage("on purpose");
        assertThat(stage.hold().isReleased()).isTrue();
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();
    }

    @Test
    void B6_a_child_restarted_on_failure_is_restarted_after_failures_only() {
        Stage stage = Stage.simple();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec().restart(Restart.ON_FAILURE));
        puppets.last().end(Exit.failed(new IllegalStateException("on purpose")));
        stage.time.advance(Duration.ofSeconds(2));
        stage.grantAndRun(singleton);

        puppets.last().end(Exit.completed());

        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        assertThat(singleton.closed().toCompletableFuture().join()).isEqualTo(Exit.completed());
    }

    @Test
    void B10_a_child_is_handed_its_term() throws Exception {
        Stage stage = Stage.threaded();
        AtomicReference<Term> handed = new AtomicReference<>();
        Singleton singleton = stage.run(stage.highlander.task("child", term -> {
            handed.set(term);
            heard.add("runs");
            Stage.loop();
        }));
        assertThat(next()).isEqualTo("runs");
        Term term = handed.get();

        assertThat(term.key()).isEqualTo(Stage.KEY);
        assertThat(term.node()).isEqualTo("node");
        assertThat(term.token()).isEqualTo(1);
        assertThat(term.since()).isEqualTo(stage.time.instant());
        assertThat(term.isHeld()).isTrue();
        assertThat(singleton.term()).contains(term);

        stage.close(singleton);
        assertThat(singleton.term()).isEmpty();
        assertThat(term.isHeld()).isFalse();
        assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
    }

    @Test
    void B10_a_term_is_held_for_what_remains_of_its_lease_and_rises_with_each_check() {
        Stage stage = Stage.simpleWithLease();
        Singleton singleton = stage.run(stage.puppets().spec());
        Term term = singleton.term().orElseThrow();

        stage.time.advance(Duration.ofSeconds(4));
        assertThat(term.remaining()).isEqualTo(Duration.ofSeconds(6));
        term.ensureHeld(Duration.ofSeconds(6));
        assertThatThrownBy(() -> term.ensureHeld(Duration.ofMillis(6001)))
                .isInstanceOf(NotHeldException.class)
                .hasMessageContaining("certain for 6000 ms more, not 6001");

        stage.hold().confirm();
        term.ensureHeld(Duration.ofSeconds(10));

        stage.time.advance(Duration.ofSeconds(10));
        assertThat(term.remaining()).isZero();
        assertThat(term.isHeld()).isFalse();
        assertThatThrownBy(term::ensureHeld)
                .isInstanceOf(NotHeldException.class)
                .hasMessageContaining("is over");
    }

    @Test
    void B10_a_term_that_is_lost_is_not_held_whatever_its_lease() {
        Stage stage = Stage.simpleWithLease();
        Term term = stage.run(stage.puppets().spec()).term().orElseThrow();

        stage.hold().lose(Loss.REVOKED);
        stage.time.runUntilIdle();

        assertThat(term.isHeld()).isFalse();
        assertThat(term.remaining()).isZero();
        assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
    }

    @Test
    void B10_a_child_that_is_asked_to_stop_may_finish_what_it_began_while_its_key_is_held() {
        Stage stage = Stage.simpleWithLease();
        Singleton singleton = stage.run(stage.puppets().spec());
        Term term = singleton.term().orElseThrow();

        singleton.stepDown(Duration.ZERO);
        stage.time.runUntilIdle();
        assertThat(term.isHeld()).isTrue();
        term.ensureHeld(Duration.ofSeconds(1));

        stage.hold().lose(Loss.DISCONNECTED);
        stage.time.runUntilIdle();
        assertThat(term.isHeld()).isFalse();
        assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
    }

    @Test
    void B10_a_task_that_needs_its_term_says_so_when_it_is_run_without() {
        Stage stage = Stage.simple();
        ChildSpec needsTerm = stage.highlander.task("child", term -> {});

        assertThatThrownBy(() -> needsTerm.start().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Highlander.wrap");
    }

    @Test
    void a_hung_start_is_interrupted_by_a_close() throws Exception {
        Stage stage = Stage.threaded();
        Singleton singleton = stage.start(ChildSpec.service("child", () -> {
            heard.add("starts");
            Stage.loop();
            return () -> {};
        }));
        stage.locks.grant(Stage.KEY);
        stage.time.runUntil(() -> heard.contains("starts"));
        assertThat(singleton.state()).isEqualTo(State.STARTING);

        stage.close(singleton);

        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        assertThat(stage.hold().isReleased()).isTrue();
    }

    @Test
    void a_child_whose_start_finishes_after_the_stop_is_stopped_all_the_same() throws Exception {
        Stage stage = Stage.threaded();
        CountDownLatch mayStart = new CountDownLatch(1);
        Singleton singleton = stage.start(ChildSpec.service("late", () -> {
            heard.add("starts");
            Stage.deaf(mayStart);
            return () -> heard.add("stops");
        }));
        stage.locks.grant(Stage.KEY);
        stage.time.runUntil(() -> heard.contains("starts"));
        var closing = stage.closing(singleton);
        stage.until(singleton, State.STOPPING);
        stage.time.runUntil(() -> !isAlive("late-stop")); // it has found nothing to stop
        assertThat(stage.hold().isReleased()).isFalse();

        mayStart.countDown();
        stage.time.runUntil(closing::isDone);

        closing.get(20, TimeUnit.SECONDS);
        assertThat(heard).containsExactly("starts", "stops");
        assertThat(stage.hold().isReleased()).isTrue();
    }

    @Test
    void a_stop_that_throws_counts_as_a_stop_and_its_error_is_reported() throws Exception {
        Stage stage = Stage.threaded();
        Singleton singleton = stage.run(ChildSpec.service("child", () -> () -> {
            throw new IllegalStateException("close failed");
        }));

        stage.close(singleton);

        assertThat(stage.hold().isReleased()).isTrue();
        Exit exit = singleton.closed().toCompletableFuture().join();
        assertThat(exit.kind()).isEqualTo(Exit.Kind.STOPPED);
        assertThat(exit.cause().orElseThrow()).hasMessage("close failed");
        stage.time.runUntilIdle();
        assertThat(stage.heard.get(stage.heard.size() - 1).cause().orElseThrow())
                .hasMessage("close failed");
    }

    private static boolean isAlive(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(any -> any.getName().equals(thread));
    }

    private String next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }
}
