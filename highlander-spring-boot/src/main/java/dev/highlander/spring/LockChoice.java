package dev.highlander.spring;

import dev.highlander.spring.HighlanderProperties.LockService;
import java.util.List;
import java.util.Optional;

/** Which locks are to be opened: a decision on what is configured and what there is, without opening anything. */
sealed interface LockChoice {
    /** Lock files. */
    record Local() implements LockChoice {}

    /** The Postgres that was set for Highlander alone. */
    record OwnPostgres(String url) implements LockChoice {}

    /** The Postgres that Boot connects the application to. */
    record Database(ApplicationDatabase database) implements LockChoice {}

    /** The Postgres behind that data source bean. */
    record FromDataSource(String name) implements LockChoice {}

    /**
     * What there is.
     *
     * @param databases what Boot knows how to reach
     * @param dataSources the names of all data source beans
     * @param primary the one that is used where none is named, if there is one
     */
    record Facts(List<ApplicationDatabase> databases, List<String> dataSources, Optional<String> primary) {}

    static LockChoice of(HighlanderProperties properties, Facts facts) {
        if (properties.locks() == LockService.LOCAL) {
            return new Local();
        }
        String url = properties.postgres().url();
        if (url != null && !url.isBlank()) {
            return new OwnPostgres(url);
        }
        String named = properties.postgres().dataSource();
        if (named != null && !named.isBlank()) {
            if (!facts.dataSources.contains(named)) {
                throw Problems.noSuchDataSource(named, facts.dataSources);
            }
            return new FromDataSource(named);
        }
        if (facts.databases.size() == 1) {
            ApplicationDatabase only = facts.databases.get(0);
            if (!only.isPostgres()) {
                throw Problems.notPostgres(only);
            }
            return new Database(only);
        }
        if (facts.databases.size() > 1) {
            throw Problems.severalDatabases(
                    facts.databases.stream().map(ApplicationDatabase::toString).toList());
        }
        if (facts.dataSources.isEmpty()) {
            throw Problems.noDatabase();
        }
        return new FromDataSource(facts.primary.orElseThrow(() -> Problems.severalDatabases(facts.dataSources)));
    }
}
