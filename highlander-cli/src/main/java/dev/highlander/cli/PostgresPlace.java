package dev.highlander.cli;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.postgres.DatabaseUrl;

/**
 * A Postgres database.
 *
 * @param url where it is
 */
record PostgresPlace(DatabaseUrl url) implements Place {
    @Override
    public Locks open(Namespace namespace, Node node, Lease lease) {
        throw new UnsupportedOperationException("Postgres");
    }

    @Override
    public StatusSource status(Namespace namespace) {
        throw new UnsupportedOperationException("Postgres");
    }
}
