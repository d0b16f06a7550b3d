package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Highlander;
import dev.highlander.lock.Lease;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.time.Time;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;

/** No class is loaded that needs one which the application does not have. */
class AbsentClassesTest {
    @Test
    void without_metrics() {
        boot("io.micrometer", "org.springframework.boot.micrometer")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Highlander.class)
                        .doesNotHaveBean("highlanderMetrics"));
    }

    @Test
    void without_the_metrics_of_Highlander() {
        boot("dev.highlander.micrometer")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Highlander.class)
                        .doesNotHaveBean("highlanderMetrics"));
    }

    @Test
    void without_the_Actuator() {
        boot("org.springframework.boot.actuate", "org.springframework.boot.health")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Highlander.class)
                        .doesNotHaveBean("highlanderEndpoint")
                        .doesNotHaveBean("highlanderHealthIndicator"));
    }

    @Test
    void without_databases() {
        boot(
                        "org.springframework.jdbc",
                        "org.springframework.boot.jdbc",
                        "org.springframework.boot.autoconfigure.jdbc",
                        "com.zaxxer",
                        "org.postgresql",
                        "dev.highlander.postgres")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Highlander.class));
    }

    @Test
    void locks_on_Postgres_without_their_artifact_are_refused_by_its_name() {
        // What is loaded at all is decided once for a JVM, so this asks as if it were absent.
        FailureAnalysis analysis = new SetupFailureAnalyzer().analyze(Problems.missingPostgres());

        assertThat(analysis.getDescription()).contains("dev.highlander:highlander-postgres");
        assertThat(analysis.getAction()).contains("Add that dependency");
    }

    private static ApplicationContextRunner boot(String... absent) {
        return new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(absent))
                .withBean(
                        FakeLocks.class,
                        () -> FakeLocks.withLease(Time.system(), Lease.DEFAULT).automatic())
                .withConfiguration(AutoConfigurations.of(ours()));
    }

    /** All auto-configurations of Highlander that are on the class path of this test. */
    private static Class<?>[] ours() {
        return ImportCandidates.load(AutoConfiguration.class, null).getCandidates().stream()
                .filter(name -> name.startsWith("dev.highlander."))
                .map(name -> ClassUtils.resolveClassName(name, null))
                .toArray(Class<?>[]::new);
    }
}
