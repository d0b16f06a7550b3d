package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.lock.StuckChildException;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.StopReason;
import dev.highlander.testkit.FakeLocks.FakeHold;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class StoppingASingletonTest {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @Test
    void B3_a_hook_runs_with_the_reason_before_the_child_is_interrupted() throws Exception {
        Map<StopReason, BiConsumer<Stage, Singleton>> causes = new LinkedHashMap<>();
        causes.put(StopReason.SHUTDOWN, (stage, singleton) -> {
            var unused = stage.closing(singleton);
        });
        causes.put(StopReason.LOST, (stage, singleton) -> stage.hold().lose(Loss.DISCONNECTED));
        causes.put(StopReason.CONFLICT, (stage, singleton) -> stage.hold().lose(Loss.CONFLICT));
        causes.put(StopReason.YIELDED, (stage, singleton) -> singleton.stepDown(Duration.ofMinutes(1)));
        for (StopReason reason : causes.keySet()) {
            heard.clear();
            Stage stage = Stage.threaded();
            Singleton singleton = stage.run(stage.highlander.task("child", term -> {
                term.onStop(why -> heard.add("first hook: " + why));
                term.onStop(why -> {
                    throw new IllegalStateException("a hook that fails on purpose");
                });
                term.onStop(why -> heard.add("last hook: " + why));
                heard.add("runs");
                try {
                    Stage.loop();
                } finally {
                    heard.add("interrupted");
                }
            }));
            assertThat(next()).isEqualTo("runs");

            causes.get(reason).accept(stage, singleton);
            stage.time.runUntil(() -> !singleton.state().hasChild());

            assertThat(heard).containsExactly("first hook: " + reason, "last hook: " + reason, "interrupted");
        }
    }

    @Test
    void B3_a_hook_given_after_the_stop_began_runs_at_once() throws Exception {
        Stage stage = Stage.threaded();
        AtomicReference<Term> term = new AtomicReference<>();
        CountDownLatch end = new CountDownLatch(1);
        Singleton singleton = stage.run(stage.highlander.task("child", given -> {
            term.set(given);
            heard.add("runs");
            Stage.deaf(end);
        }));
        next();
        singleton.stepDown(Duration.ZERO);
        stage.until(singleton, State.STOPPING);

        term.get().onStop(why -> heard.add("late hook: " + why));

        assertThat(next()).isEqualTo("late hook: YIELDED");
        end.countDown();
    }

    @Test
    void B3_a_hook_that_hangs_delays_the_interrupt_by_a_quarter_of_the_grace_and_no_more() throws Exception {
        Stage stage = Stage.threaded();
        CountDownLatch hooked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Singleton singleton = stage.run(stage.highlander
                .task("child", term -> {
                    term.onStop(why -> {
                        hooked.countDown();
                        Stage.deaf(never);
                    });
                    heard.add("runs");
                    try {
                        Stage.loop();
                    } finally {
                        heard.add("interrupted");
                    }
                })
                .shutdown(Shutdown.grace(Duration.ofSeconds(8))));
        next();
        singleton.stepDown(Duration.ZERO);
        stage.time.runUntil(() -> hooked.getCount() == 0);

        stage.time.advance(Duration.ofMillis(1999));
        assertThat(singleton.state()).isEqualTo(State.STOPPING);
        stage.time.advance(Duration.ofMillis(1));

        assertThat(next()).isEqualTo("interrupted");
        never.countDown();
    }

    @Test
    void B3_the_grace_is_five_seconds_unless_given() {
        Stage stage = Stage.simple();
        Stage.Puppet child = stopped(stage, Shutdown.DEFAULT);

        assertThat(child.asked).containsExactly("stop SHUTDOWN at 0");
        stage.time.advance(Duration.ofMillis(4999));
        assertThat(child.asked).hasSize(1);
        stage.time.advance(Duration.ofMillis(1));
        assertThat(child.asked).containsExactly("stop SHUTDOWN at 0", "kill SHUTDOWN at 5000");
    }

    @Test
    void B3_a_brutal_shutdown_kills_at_once() {
        Stage.Puppet child = stopped(Stage.simple(), Shutdown.kill());

        assertThat(child.asked).containsExactly("stop SHUTDOWN at 0", "kill SHUTDOWN at 0");
    }

    @Test
    void B3_a_grace_of_n_milliseconds_is_kept() {
        Stage stage = Stage.simple();
        Stage.Puppet child = stopped(stage, Shutdown.grace(Duration.ofMillis(1234)));

        stage.time.advance(Duration.ofMillis(1233));
        assertThat(child.asked).hasSize(1);
        stage.time.advance(Duration.ofMillis(1));
        assertThat(child.asked).containsExactly("stop SHUTDOWN at 0", "kill SHUTDOWN at 1234");
    }

    @Test
    void B3_a_grace_for_ever_never_kills_in_an_ordered_stop() {
        Stage stage = Stage.simple();
        Stage.Puppet child = stopped(stage, Shutdown.forEver());

        stage.time.advance(Duration.ofDays(1000));

        assertThat(child.asked).containsExactly("stop SHUTDOWN at 0");
        assertThat(stage.hold().isReleased()).isFalse();
    }

    @Test
    void B3_a_grace_for_ever_does_not_outlast_a_lost_key() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec().shutdown(Shutdown.forEver()));
        singleton.stepDown(Duration.ZERO);
        stage.time.runUntilIdle();
        assertThat(puppets.last().asked).hasSize(1);

        stage.hold().lose(Loss.DISCONNECTED);
        stage.time.advance(Stage.LEASE);

        assertThat(puppets.last().asked).last().isEqualTo("kill YIELDED at 2400"); // 0.8 of 0.3 of the lease
    }

    @Test
    void B4_the_key_is_released_only_when_the_child_is_seen_to_have_ended() {
        Stage stage = Stage.simple();
        Stage.Puppet child = stopped(stage, Shutdown.DEFAULT);
        FakeHold hold = stage.hold();

        assertThat(hold.isReleased()).as("while it is asked to stop").isFalse();
        stage.time.advance(Duration.ofSeconds(5));
        assertThat(child.asked).hasSize(2);
        assertThat(hold.isReleased()).as("when it is killed").isFalse();
        stage.time.advance(Duration.ofDays(1));
        assertThat(hold.isReleased()).as("when it is stuck").isFalse();
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();

        child.end(Exit.stopped());

        assertThat(hold.isReleased()).isTrue();
    }

    @Test
    void B4_a_lost_key_is_released_and_claimed_again_only_when_the_child_has_ended() {
        Stage stage = Stage.simpleWithLease();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        FakeHold hold = stage.hold();

        hold.lose(Loss.DISCONNECTED);
        stage.time.advance(Duration.ofMinutes(1));
        assertThat(hold.isReleased()).isFalse();
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();

        puppets.last().end(Exit.stopped());
        assertThat(hold.isReleased()).isTrue();
        assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
        assertThat(singleton.state()).isEqualTo(State.STANDBY);
    }

    @Test
    void B4_a_command_has_ended_before_its_key_is_released() throws Exception {
        Stage stage = Stage.threaded();
        ProcessHandle self = ProcessHandle.current();
        List<Long> before = self.children().map(ProcessHandle::pid).toList();
        Singleton singleton = stage.run(ChildSpec.command("child", "sh", "-c", "sleep 1000 & wait"));
        List<ProcessHandle> ours =
                self.children().filter(child -> !before.contains(child.pid())).toList();
        assertThat(ours).isNotEmpty();

        stage.close(singleton);

        assertThat(stage.hold().isReleased()).isTrue();
        assertThat(ours).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void C7_closing_is_idempotent_and_works_on_standby_and_while_settling() throws Exception {
        Stage stage = Stage.simple();
        Singleton standby = stage.start(stage.puppets().spec());
        stage.close(standby);
        stage.close(standby);
        assertThat(standby.state()).isEqualTo(State.CLOSED);
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();
        assertThat(standby.closed().toCompletableFuture().join()).isEqualTo(Exit.stopped());

        Stage.Puppets puppets = stage.puppets();
        Singleton settling = stage.start(puppets.spec());
        FakeHold hold = stage.locks.grantUnsettled(Stage.KEY);
        stage.until(settling, State.SETTLING);
        stage.close(settling);
        assertThat(settling.state()).isEqualTo(State.CLOSED);
        assertThat(hold.isReleased()).isTrue();
        hold.startable();
        stage.time.runUntilIdle();
        assertThat(puppets.all).isEmpty();
    }

    @Test
    void C7_closing_waits_for_a_running_child_and_for_one_that_is_being_stopped_for_another_reason() throws Exception {
        Stage stage = Stage.simple();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        singleton.stepDown(Duration.ofMinutes(1));
        stage.until(singleton, State.STOPPING);
        CompletableFuture<Void> first = stage.closing(singleton);
        CompletableFuture<Void> second = stage.closing(singleton);
        stage.time.runUntilIdle();
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();

        stage.time.runUntil(() -> {
            puppets.last().end(Exit.stopped());
            return first.isDone() && second.isDone();
        });
        stage.close(singleton);
        assertThat(singleton.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void C7_closing_while_the_node_stands_aside_ends_that() throws Exception {
        Stage stage = Stage.simple();
        Singleton singleton = stage.start(stage.puppets().spec());
        singleton.stepDown(Duration.ofHours(1));
        stage.time.runUntilIdle();
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();

        stage.close(singleton);
        stage.time.advance(Duration.ofHours(2));

        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();
    }

    @Test
    void C7_closing_keeps_the_interrupt_flag_and_still_waits() throws Exception {
        Stage stage = Stage.threaded();
        Singleton singleton = stage.run(ChildSpec.task("child", Stage::loop));
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread closer = new Thread(() -> {
            Thread.currentThread().interrupt();
            singleton.close();
            result.complete(singleton.state() + ", interrupted "
                    + Thread.currentThread().isInterrupted());
        });
        closer.start();

        stage.time.runUntil(result::isDone);

        assertThat(result).isCompletedWithValue("CLOSED, interrupted true");
    }

    @Test
    void C7_closing_from_the_childs_own_thread_only_asks_for_it() throws Exception {
        Stage stage = Stage.threaded();
        AtomicReference<Singleton> self = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        self.set(stage.start(ChildSpec.task("child", () -> {
            Stage.deaf(known);
            self.get().close();
            heard.add("close returned");
            Stage.loop();
        })));
        known.countDown();
        stage.locks.grant(Stage.KEY);

        stage.until(self.get(), State.CLOSED);

        assertThat(heard).containsExactly("close returned");
        assertThat(stage.hold().isReleased()).isTrue();
    }

    @Test
    void C7_closing_from_a_services_own_start_only_asks_for_it() {
        Stage stage = Stage.threaded();
        AtomicReference<Singleton> self = new AtomicReference<>();
        self.set(stage.start(ChildSpec.service("child", () -> {
            self.get().close();
            return () -> heard.add("stopped");
        })));
        stage.locks.grant(Stage.KEY);

        stage.until(self.get(), State.CLOSED);

        assertThat(heard).containsExactly("stopped");
    }

    @Test
    void C7_closing_from_a_listener_only_asks_for_it() {
        Stage stage = Stage.threaded();
        Singleton singleton = stage.start(ChildSpec.task("child", Stage::loop));
        singleton.listen(transition -> {
            if (transition.to() == State.RUNNING) {
                singleton.close();
                heard.add("close returned");
            }
        });
        stage.locks.grant(Stage.KEY);

        stage.until(singleton, State.CLOSED);

        assertThat(heard).containsExactly("close returned");
    }

    @Test
    void C7_closing_says_so_when_the_child_ignores_its_kill_and_keeps_the_key_until_it_ends() throws Exception {
        Stage stage = Stage.threaded();
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch runs = new CountDownLatch(1);
        Singleton singleton = stage.run(ChildSpec.task("child", () -> {
            runs.countDown();
            Stage.deaf(end);
        }));
        assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> closing = stage.closing(singleton);
        stage.until(singleton, State.STOPPING);
        // Ordered stops are not hurried by a lease that goes on being confirmed.
        for (int second = 0; second < 6; second++) {
            stage.hold().confirm();
            stage.time.advance(Duration.ofSeconds(1));
        }
        stage.time.runUntil(closing::isDone);

        assertThatThrownBy(closing::get)
                .hasCauseInstanceOf(StuckChildException.class)
                .hasMessageContaining("Term.onStop");
        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(stage.hold().isReleased()).isFalse();
        assertThat(stage.halts.at).isEmpty();
        assertThatThrownBy(() -> stage.close(singleton)).isInstanceOf(StuckChildException.class);

        end.countDown();
        stage.until(singleton, State.CLOSED);
        assertThat(stage.hold().isReleased()).isTrue();
        stage.close(singleton);
    }

    @Test
    void a_stop_that_hangs_is_interrupted_and_then_stuck() {
        Stage stage = Stage.threaded();
        CountDownLatch never = new CountDownLatch(1);
        Singleton singleton = stage.run(ChildSpec.service("child", () -> () -> {
            heard.add("stops");
            try {
                never.await();
            } catch (InterruptedException e) {
                heard.add("interrupted");
                throw e;
            }
        }));
        singleton.stepDown(Duration.ZERO);
        stage.time.runUntil(() -> heard.contains("stops"));
        assertThat(heard).doesNotContain("interrupted");

        stage.time.advance(Duration.ofSeconds(5));
        stage.time.runUntil(() -> heard.contains("interrupted"));
        stage.time.advance(Duration.ofSeconds(1));

        // Nobody has seen it dead: an interrupted stop proves nothing.
        stage.until(singleton, State.STUCK);
        assertThat(stage.hold().isReleased()).isFalse();
    }

    @Test
    void a_node_that_steps_down_stands_aside_and_then_contends_again() {
        Stage stage = Stage.simple();
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec());
        singleton.stepDown(Duration.ofMinutes(1));
        stage.time.runUntilIdle();
        puppets.last().end(Exit.stopped());
        assertThat(stage.hold().isReleased()).isTrue();

        stage.time.advance(Duration.ofMillis(59_999));
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();
        stage.time.advance(Duration.ofMillis(1));
        assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
    }

    @Test
    void a_grant_that_races_with_the_close_of_the_last_singleton_is_released() throws Exception {
        Stage stage = Stage.simple();
        Child wrapped = stage.highlander.wrap(stage.puppets().spec()).start().start();
        stage.time.runUntilIdle();

        wrapped.stop(StopReason.SHUTDOWN, Long.MAX_VALUE); // asked for, and not yet done
        FakeHold hold = stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();

        assertThat(wrapped.ended().toCompletableFuture()).isDone();
        assertThat(hold.isReleased()).isTrue();
    }

    @Test
    void a_grant_told_during_the_withdrawal_is_released() throws Exception {
        Stage stage = Stage.simple();
        AtomicReference<FakeHold> hold = new AtomicReference<>();
        Child wrapped = stage.highlander.wrap(stage.puppets().spec()).start().start();
        stage.time.runUntilIdle();
        stage.locks.onWithdraw(key -> hold.compareAndSet(null, stage.locks.grant(key)));

        wrapped.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        stage.time.runUntilIdle();

        assertThat(hold.get().isReleased()).isTrue();
    }

    @Test
    void a_grant_told_after_the_withdrawal_is_released() throws Exception {
        Stage stage = Stage.simple();
        AtomicReference<Claimant> claimant = new AtomicReference<>();
        Locks late = (Locks) Proxy.newProxyInstance(
                Locks.class.getClassLoader(), new Class<?>[] {Locks.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("claim")) {
                        claimant.set((Claimant) arguments[1]);
                    }
                    return method.invoke(stage.locks, arguments);
                });
        Child wrapped =
                Highlander.with(late).wrap(stage.puppets().spec()).start().start();
        stage.time.runUntilIdle();
        wrapped.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        stage.time.runUntilIdle();
        Hold hold = (Hold) Proxy.newProxyInstance(
                Hold.class.getClassLoader(), new Class<?>[] {Hold.class}, (proxy, method, arguments) -> {
                    heard.add(method.getName());
                    return null;
                });

        claimant.get().granted(hold);
        stage.time.runUntilIdle();

        assertThat(heard).containsExactly("release");
    }

    private Stage.Puppet stopped(Stage stage, Shutdown how) {
        Stage.Puppets puppets = stage.puppets();
        Singleton singleton = stage.run(puppets.spec().shutdown(how));
        var unused = stage.closing(singleton);
        stage.until(singleton, State.STOPPING);
        return puppets.last();
    }

    private String next() throws InterruptedException {
        return heard.poll(20, TimeUnit.SECONDS);
    }
}
