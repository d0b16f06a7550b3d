package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.lock.Locks;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** The endpoint and what the info endpoint tells, where the application has Boot's Actuator. */
@AutoConfiguration(after = HighlanderAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, InfoContributor.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(HighlanderAutoConfiguration.class)
public class HighlanderActuatorAutoConfiguration {
    /** Of the application's own making; there is nothing to set. */
    public HighlanderActuatorAutoConfiguration() {}

    @Bean
    @ConditionalOnAvailableEndpoint
    HighlanderEndpoint highlanderEndpoint(Locks locks, Highlander highlander, LocksWatch watch, LastTransitions last) {
        return new HighlanderEndpoint(locks, highlander, watch, last);
    }

    @Bean
    @ConditionalOnEnabledInfoContributor("highlander")
    HighlanderInfo highlanderInfo(Locks locks, Highlander highlander) {
        return new HighlanderInfo(locks, highlander);
    }
}
