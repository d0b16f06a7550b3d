package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.SingletonListener;
import dev.highlander.lock.Locks;
import dev.highlander.supervisor.Backoff;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Locks, a {@link Highlander} on them, and the application's singletons. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration"
        })
@ConditionalOnProperty(name = "highlander.enabled", matchIfMissing = true)
@EnableConfigurationProperties(HighlanderProperties.class)
public class HighlanderAutoConfiguration {
    /** Of the application's own making; there is nothing to set. */
    public HighlanderAutoConfiguration() {}

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    Locks highlanderLocks(
            HighlanderProperties properties,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<ApplicationDatabases> databases) {
        List<ApplicationDatabase> known =
                databases.stream().flatMap(each -> each.all().stream()).toList();
        return new LocksFactory(properties, beans, known).open();
    }

    @Bean
    TransitionEvents highlanderTransitionEvents(ApplicationContext context) {
        return new TransitionEvents(context);
    }

    @Bean
    StartFailures highlanderStartFailures() {
        return new StartFailures();
    }

    @Bean
    LastTransitions highlanderLastTransitions() {
        return new LastTransitions();
    }

    @Bean(destroyMethod = "close")
    LocksWatch highlanderLocksWatch(Locks locks, HighlanderProperties properties) {
        return new LocksWatch(locks, properties.health().disconnectedAfter());
    }

    @Bean
    @ConditionalOnMissingBean
    Highlander highlander(
            Locks locks,
            HighlanderProperties properties,
            ObjectProvider<SingletonListener> listeners,
            ObjectProvider<HighlanderCustomizer> customizers) {
        Highlander highlander = Highlander.with(locks).withoutShutdownHook();
        if (properties.whenStuck() != null) {
            highlander = highlander.whenStuck(properties.whenStuck());
        }
        Highlander plain = highlander;
        highlander = LocksFactory.checked("highlander.stand-aside", () -> plain.standAside(properties.standAside()));
        Highlander without = highlander;
        highlander = LocksFactory.checked(
                "highlander.backoff",
                () -> without.backoff(new Backoff(
                        properties.backoff().first(), properties.backoff().longest())));
        for (SingletonListener listener : listeners.orderedStream().toList()) {
            highlander = highlander.listener(listener);
        }
        for (HighlanderCustomizer customizer : customizers.orderedStream().toList()) {
            highlander = customizer.customize(highlander);
        }
        return highlander;
    }

    @Bean
    LocksHealth highlanderLocksHealth(Locks locks, Highlander highlander, LocksWatch watch) {
        return new LocksHealth(locks, highlander, watch);
    }

    /** Even where all beans are made as late as can be: nobody asks for this one. */
    @Bean(SingletonsLifecycle.BEAN)
    @Lazy(false)
    SingletonsLifecycle highlanderSingletons(
            Highlander highlander,
            ConfigurableListableBeanFactory beans,
            HighlanderProperties properties,
            Environment environment) {
        Duration patienceOfSpring = Binder.get(environment)
                .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                .orElse(Duration.ofSeconds(30));
        return new SingletonsLifecycle(highlander, beans, properties.phase(), patienceOfSpring);
    }
}
