package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.Highlander;
import dev.highlander.Term;
import dev.highlander.TermTask;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.Task;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** F1: what becomes a singleton by one annotation, or by being a child's spec. */
class SingletonBeansTest {
    private final Ran ran = new Ran();

    @Test
    void F1_a_method_of_a_bean_runs_until_the_application_stops() throws Exception {
        Fakes.granted().withBean(Ran.class, () -> ran).withBean(Loop.class).run(context -> {
            assertThat(ran.next()).isEqualTo("loop began");
            assertThat(keys(context.getBean(Highlander.class))).containsExactly("loop");
        });

        assertThat(ran.next()).isEqualTo("loop ended");
    }

    @Test
    void F1_a_method_is_handed_its_term() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(WithTerm.class)
                .run(context -> assertThat(ran.next()).isEqualTo("term 1 of term began"));
    }

    @Test
    void F1_a_runnable_a_task_and_a_task_with_a_term_run() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withUserConfiguration(Loops.class)
                .run(context -> {
                    assertThat(List.of(ran.next(), ran.next(), ran.next()))
                            .containsExactlyInAnyOrder("runnable began", "task began", "term-task began");
                    assertThat(keys(context.getBean(Highlander.class)))
                            .containsExactlyInAnyOrder("runnable", "task", "term-task");
                });
    }

    @Test
    void F1_lifecycles_are_started_and_stopped_and_not_by_Spring() throws Exception {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(Service.class)
                .withBean(SmartService.class)
                .run(context -> assertThat(List.of(ran.next(), ran.next()))
                        .containsExactlyInAnyOrder("service started", "smart service started"));

        assertThat(List.of(ran.next(), ran.next()))
                .containsExactlyInAnyOrder("service stopped", "smart service stopped");
        assertThat(ran.isEmpty()).isTrue();
    }

    @Test
    void F1_the_spec_of_a_child_runs_under_its_id_or_under_the_key_that_is_given() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withUserConfiguration(Specs.class)
                .run(context -> {
                    assertThat(List.of(ran.next(), ran.next())).containsExactlyInAnyOrder("plain began", "keyed began");
                    assertThat(keys(context.getBean(Highlander.class))).containsExactlyInAnyOrder("plain", "#42");
                });
    }

    @Test
    void A3_a_key_and_its_times_may_have_placeholders() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(Placeholders.class)
                .withPropertyValues("site=north", "patience=50ms")
                .run(context -> {
                    assertThat(ran.next()).isEqualTo("placeholders began");
                    assertThat(keys(context.getBean(Highlander.class))).containsExactly("relay-north");
                });
    }

    @Test
    void a_bean_that_would_be_made_late_is_made_for_what_runs_in_it() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(Loop.class, () -> new Loop(ran), definition -> definition.setLazyInit(true))
                .run(context -> assertThat(ran.next()).isEqualTo("loop began"));
    }

    @Test
    void a_method_is_called_through_the_proxy_of_its_bean() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withUserConfiguration(Proxied.class)
                .withBean(Loop.class)
                .run(context -> {
                    assertThat(ran.next()).isEqualTo("proxy");
                    assertThat(ran.next()).isEqualTo("loop began");
                });
    }

    @Test
    void B6_what_throws_is_run_again_as_it_says() {
        Fakes.granted()
                .withBean(Ran.class, () -> ran)
                .withBean(Fails.class, () -> new Fails(ran, new AtomicInteger()))
                .withPropertyValues("highlander.backoff.first=10ms", "highlander.backoff.longest=20ms")
                .run(context -> {
                    assertThat(List.of(ran.next(), ran.next(), ran.next()))
                            .containsExactlyInAnyOrder("fails", "fails", "fails once");
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> keys(context.getBean(Highlander.class)).equals(List.of("again")));
                });
    }

    @Test
    void what_the_application_starts_again_runs_again() {
        Fakes.granted().withBean(Ran.class, () -> ran).withBean(Loop.class).run(context -> {
            assertThat(ran.next()).isEqualTo("loop began");
            ConfigurableApplicationContext application = context.getSourceApplicationContext();

            application.stop();
            assertThat(ran.next()).isEqualTo("loop ended");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> context.getBean(Highlander.class).singletons().isEmpty());
            application.start();

            assertThat(ran.next()).isEqualTo("loop began");
        });
    }

    private static List<String> keys(Highlander highlander) {
        return highlander.singletons().stream()
                .map(singleton -> singleton.key().toString())
                .toList();
    }

    static class Loop {
        private final Ran ran;

        Loop(Ran ran) {
            this.ran = ran;
        }

        @ClusterSingleton("loop")
        public void loop() throws InterruptedException {
            ran.untilInterrupted("loop");
        }
    }

    record WithTerm(Ran ran) {
        @ClusterSingleton(value = "term", expectProgress = "1h")
        @SuppressWarnings("UnusedMethod") // a private one is found as well
        private void loop(Term term) throws InterruptedException {
            ran.untilInterrupted("term " + term.token() + " of " + term.key());
        }
    }

    record Placeholders(Ran ran) {
        @ClusterSingleton(value = "relay-${site}", grace = "${patience}")
        void loop() throws InterruptedException {
            ran.untilInterrupted("placeholders");
        }
    }

    record Fails(Ran ran, AtomicInteger count) {
        @ClusterSingleton("again")
        void again() throws Exception {
            if (count.incrementAndGet() > 2) {
                ran.untilInterrupted("again");
            }
            ran.tell("fails");
            throw new IllegalStateException("on purpose");
        }

        @ClusterSingleton(value = "once", restart = Restart.NEVER)
        void once() {
            ran.tell("fails once");
            throw new IllegalStateException("on purpose");
        }
    }

    @ClusterSingleton("runnable")
    record MyRunnable(Ran ran) implements Runnable {
        @Override
        public void run() {
            try {
                ran.untilInterrupted("runnable");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Loops {
        @Bean
        MyRunnable runnable(Ran ran) {
            return new MyRunnable(ran);
        }

        @Bean
        @ClusterSingleton("task")
        Task task(Ran ran) {
            return () -> ran.untilInterrupted("task");
        }

        @Bean
        @Lazy
        @ClusterSingleton("term-task")
        TermTask termTask(Ran ran) {
            return term -> ran.untilInterrupted("term-task");
        }
    }

    @Configuration
    static class Specs {
        @Bean
        ChildSpec plain(Highlander highlander, Ran ran) {
            return highlander.task("plain", term -> ran.untilInterrupted("plain"));
        }

        @Bean
        @ClusterSingleton("#42")
        ChildSpec keyed(Ran ran) {
            return ChildSpec.task("keyed", () -> ran.untilInterrupted("keyed"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Proxied {
        @Bean
        static BeanPostProcessor proxies(ObjectProvider<Ran> ran) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    if (!(bean instanceof Loop loop)) {
                        return bean;
                    }
                    ProxyFactory proxy = new ProxyFactory(loop);
                    proxy.setProxyTargetClass(true);
                    proxy.addAdvice((MethodInterceptor) call -> {
                        ran.getObject().tell("proxy");
                        return call.proceed();
                    });
                    return proxy.getProxy();
                }
            };
        }
    }

    /** Starts on every instance unless Highlander sees to it: a plain lifecycle never starts by itself. */
    @ClusterSingleton("service")
    static final class Service implements Lifecycle {
        private final Ran ran;
        private volatile boolean running;

        Service(Ran ran) {
            this.ran = ran;
        }

        @Override
        public void start() {
            running = true;
            ran.tell("service started");
        }

        @Override
        public void stop() {
            running = false;
            ran.tell("service stopped");
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }

    @ClusterSingleton("smart-service")
    static final class SmartService implements SmartLifecycle {
        private final Ran ran;
        private volatile boolean running;

        SmartService(Ran ran) {
            this.ran = ran;
        }

        @Override
        public boolean isAutoStartup() {
            return false;
        }

        @Override
        public void start() {
            running = true;
            ran.tell("smart service started");
        }

        @Override
        public void stop() {
            running = false;
            ran.tell("smart service stopped");
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
