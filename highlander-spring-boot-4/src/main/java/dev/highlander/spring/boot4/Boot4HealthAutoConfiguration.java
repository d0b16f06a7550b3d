package dev.highlander.spring.boot4;

import dev.highlander.spring.HighlanderAutoConfiguration;
import dev.highlander.spring.LocksHealth;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Health, in the classes of Spring Boot 4. */
@AutoConfiguration(after = HighlanderAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(LocksHealth.class)
public class Boot4HealthAutoConfiguration {
    /** Of the application's own making; there is nothing to set. */
    public Boot4HealthAutoConfiguration() {}

    @Bean
    @ConditionalOnEnabledHealthIndicator("highlander")
    HealthIndicator highlanderHealthIndicator(LocksHealth locks) {
        return () -> {
            LocksHealth.Report report = locks.report();
            Health.Builder health = report.up() ? Health.up() : Health.down();
            return health.withDetails(report.details()).build();
        };
    }
}
