package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.highlander.Term;
import dev.highlander.supervisor.ChildSpec;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.core.io.UrlResource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** What keeps an application from starting, each with what is wrong and what to do; nothing of it needs a server. */
class FailureAnalysisTest {
    /** An application as Boot configures it. */
    private static final ApplicationContextRunner BOOT =
            new ApplicationContextRunner().withUserConfiguration(Application.class);

    @Test
    void Boot_finds_what_analyses_them() throws Exception {
        List<String> all = new ArrayList<>();
        for (URL one : Collections.list(
                SetupFailureAnalyzer.class.getClassLoader().getResources("META-INF/spring.factories"))) {
            all.add(new UrlResource(one).getContentAsString(StandardCharsets.UTF_8));
        }

        assertThat(all)
                .anyMatch(text ->
                        text.contains(FailureAnalyzer.class.getName() + "=" + SetupFailureAnalyzer.class.getName()));
    }

    @Test
    void D2_without_a_database() {
        assertAnalysis(Fakes.plain(), "has no database", "spring.datasource.url");
    }

    @Test
    void D2_with_the_H2_that_Boot_finds() {
        assertAnalysis(BOOT, "(h2 of the application) is no Postgres", "highlander.locks=local");
    }

    @Test
    void D2_with_an_H2_of_its_own() {
        assertAnalysis(
                Fakes.plain().withBean("books", DataSource.class, FailureAnalysisTest::h2),
                "\"books\"",
                "highlander.postgres.url");
    }

    @Test
    void D2_with_two_data_sources() {
        ApplicationContextRunner two = BOOT.withUserConfiguration(TwoDataSources.class);
        assertAnalysis(two, "there are 2 (first, second)", "highlander.postgres.data-source");
        assertAnalysis(
                two.withPropertyValues("highlander.postgres.data-source=third"),
                "\"third\"",
                "Use one of: first, second.");

        two.withPropertyValues("highlander.postgres.data-source=second")
                .run(context -> assertThat(context).hasNotFailed());
        BOOT.withUserConfiguration(OnePrimary.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void D2_with_a_pool_that_hides_its_settings() {
        assertAnalysis(
                Fakes.plain().withBean("pool", Secretive.class),
                "\"pool\"",
                "highlander.postgres.url, username and password");
    }

    @Test
    void D2_with_a_url_that_is_none() {
        assertAnalysis(
                Fakes.plain().withPropertyValues("highlander.postgres.url=mysql://u:secret@h/d"),
                "highlander.postgres.url",
                "highlander.postgres.url");
    }

    @Test
    void C5_with_two_singletons_under_one_key() {
        assertAnalysis(
                Fakes.granted()
                        .withBean("spec", ChildSpec.class, () -> ChildSpec.task("relay", () -> {}))
                        .withBean("relay", Relay.class),
                "the bean \"spec\" and the method loop of the bean \"relay\"",
                "a key of its own");
    }

    @Test
    void with_a_lifecycle_that_would_start_on_every_instance() {
        assertAnalysis(Fakes.granted().withBean("eager", Eager.class), "The bean \"eager\"", "isAutoStartup()");
    }

    @Test
    void with_nothing_to_run() {
        assertAnalysis(Fakes.granted().withBean("idle", Idle.class), Idle.class.getName(), "implement Runnable");
    }

    @Test
    void with_a_method_that_wants_what_nobody_can_give() {
        assertAnalysis(Fakes.granted().withBean("greedy", Greedy.class), "The method loop", "dev.highlander.Term");
    }

    @Test
    void with_one_bean_for_each_use() {
        assertAnalysis(Fakes.granted().withUserConfiguration(Prototype.class), "one for each use", "the default scope");
    }

    @Test
    void with_a_method_without_its_term_that_is_to_report_progress() {
        assertAnalysis(Fakes.granted().withBean("mute", Mute.class), "can't report progress", "@ClusterSingleton");
    }

    @Test
    void with_a_key_that_is_none() {
        assertAnalysis(Fakes.granted().withBean("nameless", Nameless.class), "The method loop", "@ClusterSingleton");
    }

    @Test
    void F4_with_a_lease_that_is_too_short_to_halt_in() {
        assertAnalysis(
                BOOT.withPropertyValues("highlander.postgres.url=postgres://localhost:1/none", "highlander.lease=2s")
                        .withBean("relay", Relay.class),
                "too short for whenStuck(HALT)",
                "ChildSpec");
    }

    @Test
    void F4_with_settings_out_of_range() {
        ApplicationContextRunner postgres =
                Fakes.plain().withPropertyValues("highlander.postgres.url=postgres://localhost:1/none");
        assertAnalysis(
                postgres.withPropertyValues("highlander.lease=1ms"), "highlander.lease", "Change highlander.lease");
        assertAnalysis(
                postgres.withPropertyValues("highlander.node=a\tb"), "highlander.node", "Change highlander.node");
        assertAnalysis(
                postgres.withPropertyValues("highlander.stand-aside=2d"),
                "highlander.stand-aside",
                "Change highlander.stand-aside");
        assertAnalysis(
                postgres.withPropertyValues("highlander.backoff.first=2m"),
                "highlander.backoff",
                "Change highlander.backoff");
    }

    private static void assertAnalysis(ApplicationContextRunner application, String what, String remedy) {
        application.run(context -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = new SetupFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis).as(String.valueOf(context.getStartupFailure())).isNotNull();
            assertThat(analysis.getDescription()).contains(what).doesNotContain("secret");
            assertThat(analysis.getAction()).contains(remedy).doesNotContain("secret");
        });
    }

    private static DataSource h2() {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:books");
        return source;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {
        @Bean
        DataSource first() {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl("jdbc:postgresql://localhost:1/first");
            return pool;
        }

        @Bean
        DataSource second() {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl("jdbc:postgresql://localhost:1/second?socketTimeout=60");
            return source;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OnePrimary {
        @Bean
        DataSource books() {
            return h2();
        }

        @Bean
        @Primary
        DataSource orders() {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl("jdbc:postgresql://localhost:1/orders");
            return pool;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Prototype {
        @Bean
        @Scope("prototype")
        @ClusterSingleton("relay")
        Runnable relay() {
            return () -> {};
        }
    }

    static class Secretive extends AbstractDataSource {
        @Override
        public Connection getConnection() {
            throw new IllegalStateException("Nobody may take a connection for this.");
        }

        @Override
        public Connection getConnection(String user, String password) {
            return getConnection();
        }
    }

    static class Relay {
        @ClusterSingleton("relay")
        void loop() {}
    }

    static class Greedy {
        @ClusterSingleton("relay")
        void loop(Term term, String more) {}
    }

    static class Mute {
        @ClusterSingleton(value = "relay", expectProgress = "1s")
        void loop() {}
    }

    static class Nameless {
        @ClusterSingleton("#seven")
        void loop() {}
    }

    @ClusterSingleton("idle")
    static class Idle {}

    @ClusterSingleton("eager")
    static class Eager implements SmartLifecycle {
        @Override
        public void start() {
            throw new IllegalStateException("Spring has started it.");
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
