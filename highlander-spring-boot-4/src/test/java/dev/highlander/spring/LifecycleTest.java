package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.Transition;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

/** When singletons are started and stopped, and who hears of it. */
class LifecycleTest {
    private final Ran ran = new Ran();

    @Test
    void B4_singletons_stop_before_what_they_use_and_the_locks_are_closed_after_them() throws Exception {
        FakeLocks locks = FakeLocks.withLease(Time.system(), Lease.DEFAULT).automatic();
        Fakes.on(locks)
                .withBean(Ran.class, () -> ran)
                .withBean(Pool.class)
                .withBean(Listener.class)
                .withBean(UsesThem.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(List.of(ran.next(), ran.next())).containsExactly("listener started", "loop began");
                });

        assertThat(List.of(ran.next(), ran.next(), ran.next()))
                .containsExactly("loop ended", "listener stopped", "pool closed");
        assertThat(locks.holds()).hasSize(1).allMatch(FakeLocks.FakeHold::isReleased);
        assertThat(locks.condition().phase()).isEqualTo(Condition.Phase.CLOSED);
    }

    @Test
    void A1_the_start_of_the_application_does_not_wait_for_the_key() {
        FakeLocks locks = FakeLocks.withLease(Time.system(), Lease.DEFAULT);
        Fakes.on(locks)
                .withBean(Ran.class, () -> ran)
                .withBean(UsesNothing.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Singleton singleton =
                            context.getBean(Highlander.class).singletons().get(0);
                    assertThat(singleton.state()).isEqualTo(State.STANDBY);
                    assertThat(ran.isEmpty()).isTrue();

                    await().atMost(Duration.ofSeconds(30)).until(() -> locks.waiting(Key.of("nothing")) == 1);
                    locks.grant(Key.of("nothing"));

                    assertThat(singleton.awaitRunning(Duration.ofSeconds(30))).isTrue();
                });
    }

    @Test
    void singletons_run_where_all_beans_are_made_as_late_as_can_be() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(UsesNothing.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(ran.next()).isEqualTo("loop began");
                });
    }

    @Test
    void F5_every_transition_is_an_event_of_the_application() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(UsesNothing.class)
                .withBean(Hears.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Hears hears = context.getBean(Hears.class);
                    assertThat(hears.running.await(30, TimeUnit.SECONDS)).isTrue();
                    assertThat(hears.heard)
                            .extracting(Transition::to)
                            .containsExactly(State.SETTLING, State.STARTING, State.RUNNING);
                });
    }

    @Test
    void customizers_change_what_singletons_are_started_by() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(FailsOnce.class)
                .withBean(
                        HighlanderCustomizer.class,
                        () -> highlander -> highlander.restartInPlace(3, Duration.ofMinutes(1)))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(ran.next()).isEqualTo("in term 1");
                    assertThat(ran.next()).isEqualTo("in term 1");
                });
    }

    @Test
    void nothing_of_it_runs_where_it_is_not_enabled() {
        Fakes.plain()
                .withBean(Ran.class, () -> ran)
                .withBean(UsesNothing.class)
                .withPropertyValues("highlander.enabled=false")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context)
                            .doesNotHaveBean(Highlander.class)
                            .doesNotHaveBean(Locks.class)
                            .doesNotHaveBean(SingletonsLifecycle.class);
                    assertThat(context.getBeansOfType(Object.class).keySet())
                            .noneMatch(name -> name.contains("highlander"));
                });
        assertThat(ran.isEmpty()).isTrue();
    }

    @Test
    void a_singleton_that_can_not_be_started_is_explained_once_in_the_log() {
        try (Log log = Log.of("dev.highlander.spring")) {
            Fakes.granted()
                    .withBean(NeverStarts.class)
                    .withPropertyValues("highlander.backoff.first=1ms", "highlander.backoff.longest=2ms")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(log.awaits("could not be started on this instance"))
                                .contains("never-starts", "no port");
                        NeverStarts bean = context.getBean(NeverStarts.class);
                        assertThat(bean.twice.await(30, TimeUnit.SECONDS)).isTrue();
                    });
            assertThat(log.all())
                    .filteredOn(line -> line.contains("could not be started"))
                    .hasSize(1);
        }
    }

    record Pool(Ran ran) implements DisposableBean {
        @Override
        public void destroy() {
            ran.tell("pool closed");
        }
    }

    /** Something that is started and stopped by Spring in the last phase, too. */
    static final class Listener implements SmartLifecycle {
        private final Ran ran;
        private volatile boolean running;

        Listener(Ran ran) {
            this.ran = ran;
        }

        @Override
        public void start() {
            running = true;
            ran.tell("listener started");
        }

        @Override
        public void stop() {
            running = false;
            ran.tell("listener stopped");
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return DEFAULT_PHASE - 1;
        }
    }

    record UsesThem(Ran ran, Pool pool, Listener listener) {
        @ClusterSingleton("them")
        void loop() throws InterruptedException {
            ran.untilInterrupted("loop");
        }
    }

    record UsesNothing(Ran ran) {
        @ClusterSingleton("nothing")
        void loop() throws InterruptedException {
            ran.untilInterrupted("loop");
        }
    }

    static class FailsOnce {
        private final Ran ran;
        private boolean failed;

        FailsOnce(Ran ran) {
            this.ran = ran;
        }

        @ClusterSingleton("fails-once")
        void loop(Term term) throws InterruptedException {
            ran.tell("in term " + term.token());
            if (!failed) {
                failed = true;
                throw new IllegalStateException("on purpose");
            }
            new CountDownLatch(1).await();
        }
    }

    static class Hears {
        final List<Transition> heard = new CopyOnWriteArrayList<>();
        final CountDownLatch running = new CountDownLatch(1);

        @EventListener
        void on(Transition transition) {
            heard.add(transition);
            if (transition.to() == State.RUNNING) {
                running.countDown();
            }
        }
    }

    @ClusterSingleton("never-starts")
    static final class NeverStarts implements SmartLifecycle {
        final CountDownLatch twice = new CountDownLatch(2);

        @Override
        public boolean isAutoStartup() {
            return false;
        }

        @Override
        public void start() {
            twice.countDown();
            throw new IllegalStateException("no port");
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
