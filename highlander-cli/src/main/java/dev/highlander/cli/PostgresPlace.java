package dev.highlander.cli;

import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.postgres.DatabaseUrl;
import dev.highlander.postgres.KeyStatus;
import dev.highlander.postgres.LedgerTerm;
import dev.highlander.postgres.PostgresDirectory;
import dev.highlander.postgres.PostgresLedger;
import dev.highlander.postgres.PostgresLocks;
import dev.highlander.postgres.UnavailableException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A Postgres database.
 *
 * @param url where it is
 */
record PostgresPlace(DatabaseUrl url) implements Place {
    /** How long a node may take to answer before it is shown as one that does not. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    @Override
    public Locks open(Namespace namespace, Node node, Lease lease, LedgerOption ledger) {
        try {
            return ledger.addTo(PostgresLocks.builder()
                            .url(url)
                            .namespace(namespace)
                            .node(node)
                            .lease(lease))
                    .connect();
        } catch (IllegalArgumentException e) {
            throw FailedException.usage(e);
        }
    }

    @Override
    public Guarantee guarantee(Lease lease) {
        try {
            return PostgresLocks.guarantee(url, lease);
        } catch (IllegalArgumentException e) {
            throw FailedException.usage(e);
        }
    }

    @Override
    public HistorySource history(Namespace namespace) {
        return (key, limit) -> {
            try {
                return PostgresLedger.history(url, namespace, key, limit).stream()
                        .map(PostgresPlace::row)
                        .toList();
            } catch (UnavailableException e) {
                throw new FailedException(ExitStatus.UNAVAILABLE, String.valueOf(e.getMessage()));
            }
        };
    }

    private static HistorySource.Row row(LedgerTerm term) {
        return new HistorySource.Row(
                term.key().toString(),
                term.token(),
                term.node(),
                term.address(),
                term.started(),
                term.ended(),
                term.outcome().name().toLowerCase(Locale.ROOT),
                term.reason());
    }

    @Override
    public StatusSource status(Namespace namespace) {
        return () -> {
            try {
                return PostgresDirectory.read(url, namespace, PATIENCE).stream()
                        .map(PostgresPlace::row)
                        .toList();
            } catch (UnavailableException e) {
                throw new FailedException(ExitStatus.UNAVAILABLE, String.valueOf(e.getMessage()));
            }
        };
    }

    @Override
    public String toString() {
        return "Postgres at " + url;
    }

    private static StatusSource.Row row(KeyStatus status) {
        return new StatusSource.Row(
                status.key().toString(),
                status.state().name().toLowerCase(Locale.ROOT),
                status.holder().map(Holder::node),
                status.holder().flatMap(Holder::since),
                status.holder().map(Holder::token).orElse(OptionalLong.empty()),
                status.holder().flatMap(Holder::address),
                Optional.of(status.waiting()));
    }
}
