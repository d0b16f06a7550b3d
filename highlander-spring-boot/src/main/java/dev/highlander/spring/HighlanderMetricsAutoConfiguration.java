package dev.highlander.spring;

import dev.highlander.lock.Locks;
import dev.highlander.micrometer.HighlanderMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Metrics of the application's singletons, where it has a registry for them. */
@AutoConfiguration(
        after = HighlanderAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, HighlanderMetrics.class})
@ConditionalOnBean({MeterRegistry.class, HighlanderAutoConfiguration.class})
public class HighlanderMetricsAutoConfiguration {
    /** Of the application's own making; there is nothing to set. */
    public HighlanderMetricsAutoConfiguration() {}

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    HighlanderMetrics highlanderMetrics(MeterRegistry registry, Locks locks) {
        return HighlanderMetrics.of(registry, locks);
    }
}
