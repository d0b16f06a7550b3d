package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.micrometer.HighlanderMetrics;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.time.Time;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.util.ReflectionTestUtils;

/** F6: what the endpoints of Boot's Actuator tell, and metrics, as Boot configures them. */
class ActuatorTest {
    private final Ran ran = new Ran();
    private final FakeLocks locks =
            FakeLocks.withLease(Time.system(), Lease.DEFAULT).automatic();

    @Test
    void F6_the_endpoint_tells_who_holds_what_and_why_it_is_not_here() {
        locks.giveToOther(Key.of("elsewhere"), "node-b");
        boot().run(context -> {
            awaitRunning(context, "here");

            HighlanderEndpoint.Overview overview =
                    context.getBean(HighlanderEndpoint.class).overview();

            assertThat(overview.node()).isEqualTo("node");
            assertThat(overview.locks()).isEqualTo("The lock service is ready.");
            assertThat(overview.lease()).isEqualTo("PT10S");
            assertThat(overview.singletons()).hasSize(2);
            SingletonReport elsewhere = overview.singletons().get(0);
            assertThat(elsewhere.here()).isFalse();
            assertThat(elsewhere.why()).isEqualTo("node-b holds the key.");
            assertThat(elsewhere.holder()).isNotNull();
            SingletonReport here = overview.singletons().get(1);
            assertThat(here.here()).isTrue();
            assertThat(here.token()).isEqualTo(1);
            assertThat(here.why()).startsWith("It runs here since ");
        });
    }

    @Test
    void F7_stepping_down_leaves_it_to_others_for_a_while() {
        boot().run(context -> {
            awaitRunning(context, "here");
            HighlanderEndpoint endpoint = context.getBean(HighlanderEndpoint.class);

            assertThat(endpoint.stepDown("here", Duration.ofHours(1))).hasSize(1);

            Singleton singleton = find(context, "here");
            await().atMost(Duration.ofSeconds(30)).until(() -> singleton.state() == State.STANDBY);
            assertThat(endpoint.singleton("here"))
                    .singleElement()
                    .satisfies(
                            report -> assertThat(report.why()).startsWith("This instance leaves it to others for 36"));
            assertThat(endpoint.stepDown("unknown", Duration.ofHours(1))).isNull();
            assertThat(endpoint.singleton("unknown")).isNull();
            assertThatThrownBy(() -> endpoint.stepDown("here", Duration.ofDays(2)))
                    .isInstanceOf(InvalidEndpointRequestException.class);
        });
    }

    @Test
    void F6_a_standby_is_healthy() {
        locks.giveToOther(Key.of("here"), "node-b");
        locks.giveToOther(Key.of("elsewhere"), "node-b");
        boot().run(context -> assertThat(health(context)).isEqualTo("UP"));
    }

    @Test
    void F6_an_instance_whose_lock_service_refuses_it_is_not() {
        boot().run(context -> {
            locks.condition(Condition.refused(new Condition.Problem("POOLER", "A pooler is between.", "Go past it.")));
            assertThat(health(context)).isEqualTo("DOWN");
            assertThat(details(context)).containsEntry("problem", "A pooler is between.");
            assertThat(details(context)).containsEntry("remedy", "Go past it.");

            locks.condition(Condition.ready());
            assertThat(health(context)).isEqualTo("UP");
        });
    }

    @Test
    void F6_an_instance_that_has_been_cut_off_for_a_moment_is_healthy() {
        boot().withPropertyValues("highlander.health.disconnected-after=1h").run(context -> {
            locks.cutOff();
            assertThat(health(context)).isEqualTo("UP");
        });
    }

    @Test
    void F6_an_instance_that_has_been_cut_off_for_long_is_not() {
        boot().withPropertyValues("highlander.health.disconnected-after=0s").run(context -> {
            locks.cutOff();
            assertThat(health(context)).isEqualTo("DOWN");
        });
    }

    @Test
    void F6_info_tells_what_runs_here() {
        locks.giveToOther(Key.of("elsewhere"), "node-b");
        boot().run(context -> {
            awaitRunning(context, "here");
            Info.Builder builder = new Info.Builder();

            context.getBean(HighlanderInfo.class).contribute(builder);

            assertThat(builder.build().getDetails())
                    .containsEntry(
                            "highlander",
                            Map.of("node", "node", "running", List.of("here"), "standby", List.of("elsewhere")));
        });
    }

    @Test
    void F5_metrics_are_in_the_registry_of_the_application() {
        boot().run(context -> {
            awaitRunning(context, "here");
            MeterRegistry registry = context.getBean(MeterRegistry.class);

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> registry.get("highlander.held")
                                    .tag("key", "here")
                                    .gauge()
                                    .value()
                            == 1);
            assertThat(registry.get("highlander.ready").gauge().value()).isEqualTo(1);
        });
    }

    @Test
    void what_is_not_wanted_of_it_can_be_switched_off() {
        boot().withPropertyValues(
                        "management.health.highlander.enabled=false",
                        "management.info.highlander.enabled=false",
                        "management.endpoint.highlander.access=NONE")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context)
                            .doesNotHaveBean(HighlanderEndpoint.class)
                            .doesNotHaveBean(HighlanderInfo.class)
                            .doesNotHaveBean("highlanderHealthIndicator");
                });
        boot().withPropertyValues("highlander.enabled=false").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context)
                    .doesNotHaveBean(HighlanderEndpoint.class)
                    .doesNotHaveBean(HighlanderInfo.class)
                    .doesNotHaveBean(HighlanderMetrics.class)
                    .doesNotHaveBean("highlanderHealthIndicator");
        });
    }

    private ApplicationContextRunner boot() {
        return new ApplicationContextRunner()
                .withUserConfiguration(Application.class)
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*", "management.endpoints.jmx.exposure.include=*")
                .withBean(FakeLocks.class, () -> locks)
                .withBean(Ran.class, () -> ran)
                .withBean(Two.class);
    }

    private static Singleton find(ApplicationContext context, String key) {
        return context.getBean(Highlander.class).singletons().stream()
                .filter(singleton -> singleton.key().equals(Key.of(key)))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitRunning(ApplicationContext context, String key) throws InterruptedException {
        assertThat(find(context, key).awaitRunning(Duration.ofSeconds(30))).isTrue();
    }

    /** Without the class, which has another name in each line of Boot. */
    private static Object healthOf(ApplicationContext context) {
        Object health = ReflectionTestUtils.invokeMethod(context.getBean("highlanderHealthIndicator"), "health");
        assertThat(health).isNotNull();
        return health;
    }

    private static String health(ApplicationContext context) {
        return String.valueOf(ReflectionTestUtils.<Object>invokeMethod(healthOf(context), "getStatus"));
    }

    private static Map<String, Object> details(ApplicationContext context) {
        Map<String, Object> details = ReflectionTestUtils.invokeMethod(healthOf(context), "getDetails");
        assertThat(details).isNotNull();
        return details;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    record Two(Ran ran) {
        @ClusterSingleton("here")
        void here() throws InterruptedException {
            ran.untilInterrupted("here");
        }

        @ClusterSingleton("elsewhere")
        void elsewhere() throws InterruptedException {
            ran.untilInterrupted("elsewhere");
        }
    }
}
