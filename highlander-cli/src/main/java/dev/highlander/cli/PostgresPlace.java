package dev.highlander.cli;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.postgres.DatabaseUrl;
import dev.highlander.postgres.PostgresLocks;

/**
 * A Postgres database.
 *
 * @param url where it is
 */
record PostgresPlace(DatabaseUrl url) implements Place {
    @Override
    public Locks open(Namespace namespace, Node node, Lease lease) {
        return PostgresLocks.builder()
                .url(url)
                .namespace(namespace)
                .node(node)
                .lease(lease)
                .connect();
    }

    @Override
    public StatusSource status(Namespace namespace) {
        throw new UnsupportedOperationException("Postgres");
    }
}
