package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.lock.Bounds;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.ChildType;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Start;
import dev.highlander.supervisor.StopReason;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.testkit.FakeLocks.FakeHold;
import dev.highlander.testkit.ManualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LosingAKeyTest {
    @Test
    void C6_no_number_of_losses_counts_as_a_failure() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        Loss[] losses = Loss.values();
        for (int i = 0; i < 500; i++) {
            stage.hold().lose(losses[i % losses.length]);
            stage.time.runUntilIdle();
            puppets.last().end(Exit.failed(new IllegalStateException("its connection was closed")));
            assertThat(singleton.state()).isEqualTo(State.STANDBY);
            assertThat(stage.locks.waiting(Stage.KEY))
                    .as("contends again at once, after %s losses", i + 1)
                    .isEqualTo(1);
            stage.grantAndRun(singleton);
        }

        puppets.last().end(Exit.failed(new IllegalStateException("on purpose")));
        stage.time.advance(Duration.ofSeconds(2));
        assertThat(stage.locks.waiting(Stage.KEY)).as("the first wait is short").isEqualTo(1);
    }

    @Test
    void C6_an_outage_of_any_length_is_waited_through() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        stage.locks.condition(Condition.connecting());
        stage.hold().lose(Loss.DISCONNECTED);
        stage.time.runUntilIdle();
        puppets.last().end(Exit.stopped());

        stage.time.advance(Duration.ofHours(1));

        assertThat(singleton.state()).isEqualTo(State.STANDBY);
        assertThat(singleton.whichChildren()).containsExactly(new ChildInfo("child", ChildType.WORKER, false));
        stage.locks.condition(Condition.ready());
        stage.grantAndRun(singleton);
        assertThat(puppets.all).hasSize(2);
    }

    @Test
    void D5_a_child_is_stopped_before_its_lease_ends_when_no_check_is_confirmed() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());

        stage.time.advance(Duration.ofMillis(5999));
        assertThat(singleton.state()).isEqualTo(State.RUNNING);
        stage.time.advance(Duration.ofMillis(1)); // lease - stop budget - margin

        assertThat(puppets.last().asked).containsExactly("stop LOST at 6000");
        assertThat(stage.heard.get(stage.heard.size() - 1).reason()).isEqualTo(Reason.EXPIRED);
        stage.time.advance(Duration.ofSeconds(3));
        assertThat(puppets.last().asked).last().isEqualTo("kill LOST at 8400");
    }

    @Test
    void D5_a_confirmed_check_moves_the_end_of_the_lease() {
        Stage stage = Stage.simpleWithLease();
        Singleton singleton = stage.run(stage.puppets().spec());
        stage.time.advance(Duration.ofSeconds(5));
        stage.hold().confirm();

        stage.time.advance(Duration.ofMillis(5999));
        assertThat(singleton.state()).isEqualTo(State.RUNNING);
        stage.time.advance(Duration.ofMillis(1));
        assertThat(singleton.state()).isEqualTo(State.STOPPING);
    }

    @Test
    void D5_nothing_starts_before_the_hold_is_startable_nor_with_too_little_of_its_lease_left() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.start(puppets.spec());
        FakeHold hold = stage.locks.grantUnsettled(Stage.KEY);
        stage.time.advance(Duration.ofSeconds(7));
        assertThat(singleton.state()).isEqualTo(State.SETTLING);
        assertThat(puppets.all).isEmpty();

        hold.startable();
        stage.time.runUntilIdle();

        assertThat(puppets.all).isEmpty();
        assertThat(hold.isReleased()).isTrue();
        assertThat(singleton.state()).isEqualTo(State.STANDBY);

        FakeHold next = stage.locks.grantUnsettled(Stage.KEY);
        stage.time.advance(Duration.ofSeconds(12));
        assertThat(next.isReleased()).as("expired while settling").isTrue();
    }

    @Test
    void trap_a_clock_that_stands_still_while_the_machine_is_suspended_does_not_make_a_lease_longer() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        Term term = singleton.term().orElseThrow();
        term.ensureHeld();

        stage.time.leap(Duration.ofMinutes(10));

        assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
        assertThat(term.isHeld()).isFalse();
        stage.time.advance(Duration.ofMillis(100));
        assertThat(puppets.last().asked).contains("stop LOST at 100", "kill LOST at 100");
        assertThat(stage.heard).extracting(Transition::reason).contains(Reason.EXPIRED);
    }

    @Test
    void a_child_that_ignores_its_kill_halts_the_jvm_before_the_lease_ends_once_its_key_is_lost() {
        Stage stage = Stage.simpleWithLease();
        stage.highlander = stage.highlander.whenStuck(WhenStuck.HALT);
        Singleton singleton = stage.run(stage.puppets().spec());
        long deadBy = stage.hold().deadBy();

        stage.time.advance(Stage.LEASE);

        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(stage.halts.at).containsExactly(deadBy - new Lease(Stage.LEASE).margin());
    }

    @Test
    void a_child_that_ignores_its_kill_while_its_key_is_held_halts_nothing_until_the_key_is_lost() {
        Stage stage = Stage.simpleWithLease();
        stage.highlander = stage.highlander.whenStuck(WhenStuck.HALT);
        Singleton singleton = stage.run(stage.puppets().spec());
        singleton.stepDown(Duration.ZERO);
        for (int second = 0; second < 20; second++) {
            stage.time.advance(Duration.ofSeconds(1));
            stage.hold().confirm();
        }
        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(stage.halts.at).isEmpty();

        stage.hold().lose(Loss.DISCONNECTED);
        stage.time.runUntilIdle();
        assertThat(stage.halts.prepared).hasSize(1);
        stage.time.advance(Stage.LEASE);

        assertThat(stage.halts.at).containsExactly(stage.hold().deadBy() - new Lease(Stage.LEASE).margin());
    }

    @Test
    void a_stuck_child_that_ends_before_the_lease_does_halts_nothing() {
        Stage stage = Stage.simpleWithLease();
        stage.highlander = stage.highlander.whenStuck(WhenStuck.HALT);
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        stage.hold().lose(Loss.DISCONNECTED);
        stage.time.advance(Duration.ofSeconds(5));
        assertThat(singleton.state()).isEqualTo(State.STUCK);

        puppets.last().end(Exit.stopped());
        stage.time.advance(Stage.LEASE);

        assertThat(stage.halts.at).isEmpty();
        assertThat(singleton.state()).isEqualTo(State.STANDBY);
        assertThat(stage.hold().isReleased()).isTrue();
    }

    @Test
    void a_stuck_child_is_only_reported_unless_the_locks_promise_never_two() {
        Stage stage = Stage.simpleWithLease(); // fakes promise nothing
        Singleton singleton = stage.run(stage.puppets().spec());

        stage.time.advance(Duration.ofMinutes(1));

        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(stage.halts.at).isEmpty();
    }

    @Test
    void a_stuck_child_halts_the_jvm_by_default_where_the_locks_promise_never_two() {
        ManualTime time = ManualTime.create();
        FakeLocks locks = FakeLocks.withLease(time, new Lease(Stage.LEASE));
        Stage.Halts halts = new Stage.Halts(time);
        Singleton singleton = Highlander.with(promising(locks, Stage.LEASE))
                .withoutShutdownHook()
                .halt(halts)
                .start(Stage.KEY, ChildSpec.of("child", new Immortal()));
        time.runUntilIdle();
        locks.grant(Stage.KEY);

        time.advance(Duration.ofMinutes(1));

        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(halts.at).hasSize(1);
    }

    @Test
    void a_lease_too_short_to_halt_in_is_refused_with_the_way_out() {
        FakeLocks fake = FakeLocks.withoutLease(ManualTime.create());
        Highlander tooShort = Highlander.with(promising(fake, Duration.ofSeconds(4)));
        ChildSpec child = ChildSpec.task("child", Stage::loop);

        for (var refused : List.<ThrowingCallable>of(() -> tooShort.start(child), () -> tooShort.wrap(child))) {
            assertThatThrownBy(refused)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("4000 ms")
                    .hasMessageContaining("at least 5 s")
                    .hasMessageContaining("whenStuck(REPORT)");
        }
        assertThat(tooShort.whenStuck(WhenStuck.REPORT).wrap(child).id()).isEqualTo("child");
    }

    @Test
    void a_hung_start_is_given_up_when_the_key_is_lost() {
        Stage stage = Stage.threaded();
        CountDownLatch starting = new CountDownLatch(1);
        Singleton singleton = stage.start(ChildSpec.service("child", () -> {
            starting.countDown();
            Stage.loop();
            return () -> {};
        }));
        FakeHold hold = stage.locks.grant(Stage.KEY);
        stage.time.runUntil(() -> starting.getCount() == 0);

        hold.lose(Loss.DISCONNECTED);

        stage.until(singleton, State.STANDBY);
        assertThat(hold.isReleased()).isTrue();
    }

    @Test
    void locks_that_were_closed_first_end_the_singleton_instead_of_leaving_it_in_the_dark() {
        Stage stage = Stage.simple();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        puppets.last().end(Exit.completed());

        stage.locks.close();
        stage.time.advance(Duration.ofSeconds(2));

        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        assertThat(singleton.closed().toCompletableFuture()).isDone();
    }

    /** Ignores whatever it is asked. */
    private static final class Immortal implements Start {
        @Override
        public Child start() {
            return new Child() {
                @Override
                public CompletionStage<Exit> ended() {
                    return new CompletableFuture<>();
                }

                @Override
                public void stop(StopReason why, long killBy) {}

                @Override
                public void kill(StopReason why) {}
            };
        }
    }

    private static Locks promising(Locks locks, Duration lease) {
        return (Locks) Proxy.newProxyInstance(
                Locks.class.getClassLoader(),
                new Class<?>[] {Locks.class},
                (proxy, method, arguments) -> method.getName().equals("guarantee")
                        ? new Guarantee(true, true, Optional.of(new Lease(lease)), Bounds.NONE)
                        : method.invoke(locks, arguments));
    }
}
