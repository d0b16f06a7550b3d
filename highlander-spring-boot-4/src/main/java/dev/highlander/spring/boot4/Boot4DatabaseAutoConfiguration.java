package dev.highlander.spring.boot4;

import dev.highlander.spring.ApplicationDatabase;
import dev.highlander.spring.ApplicationDatabases;
import dev.highlander.spring.HighlanderAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;

/** Where Spring Boot 4 connects the application to. */
@AutoConfiguration(before = HighlanderAutoConfiguration.class)
@ConditionalOnClass(JdbcConnectionDetails.class)
@ConditionalOnProperty(name = "highlander.enabled", matchIfMissing = true)
public class Boot4DatabaseAutoConfiguration {
    /** Of the application's own making; there is nothing to set. */
    public Boot4DatabaseAutoConfiguration() {}

    @Bean
    ApplicationDatabases highlanderApplicationDatabases(ObjectProvider<JdbcConnectionDetails> all) {
        return () -> all.stream()
                .map(details -> ApplicationDatabase.of(
                        "the application", details.getJdbcUrl(), details.getUsername(), details.getPassword()))
                .toList();
    }
}
