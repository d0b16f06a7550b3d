package dev.highlander.spring;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.postgres.PostgresLocks;
import java.util.Properties;

/** Locks on Postgres; apart, so that nothing of them is loaded where they are absent. */
final class PostgresService {
    private PostgresService() {}

    static Locks open(
            String url,
            Properties driver,
            HighlanderProperties.Postgres settings,
            Lease lease,
            Namespace namespace,
            Node node) {
        PostgresLocks.Builder builder = PostgresLocks.builder()
                .url(url)
                .properties(driver)
                .lease(lease)
                .namespace(namespace)
                .node(node);
        String schema = settings.ledgerSchema();
        if (settings.ledger()) {
            builder = schema == null || schema.isBlank() ? builder.ledger() : builder.ledger(schema);
        }
        return builder.connect();
    }
}
