package dev.highlander.cli;

import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Holding;
import dev.highlander.lock.Lease;
import dev.highlander.lock.LocalLocks;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Lock files of this machine.
 *
 * @param directory where they are; null for this user's own
 */
record LocalPlace(@Nullable Path directory) implements Place {
    @Override
    public Locks open(Namespace namespace, Node node, Lease lease, LedgerOption ledger) {
        return openLocal(namespace, node);
    }

    private LocalLocks openLocal(Namespace namespace, Node node) {
        LocalLocks.Builder builder = LocalLocks.builder().namespace(namespace).node(node);
        try {
            return (directory == null ? builder : builder.directory(directory)).open();
        } catch (IllegalArgumentException e) {
            throw FailedException.usage(e);
        }
    }

    @Override
    public HistorySource history(Namespace namespace) {
        throw FailedException.usage(
                "Of lock files there is no history. Leave --local out; the ledger is a table in a" + " Postgres.");
    }

    @Override
    public Guarantee guarantee(Lease lease) {
        return LocalLocks.GUARANTEE;
    }

    @Override
    public StatusSource status(Namespace namespace) {
        return () -> {
            try (LocalLocks locks = openLocal(namespace, Node.here())) {
                return locks.holders().toCompletableFuture().join().stream()
                        .map(LocalPlace::row)
                        .toList();
            } catch (CompletionException e) {
                throw new FailedException(
                        ExitStatus.UNAVAILABLE,
                        "The lock files can't be read: " + e.getCause() + ". See who may read them, and whether their"
                                + " disk is well.");
            }
        };
    }

    @Override
    public String toString() {
        return "Lock files of this machine" + (directory == null ? "" : " in " + directory);
    }

    private static StatusSource.Row row(Holding holding) {
        Holder holder = holding.holder();
        return new StatusSource.Row(
                holding.key().toString(),
                "held",
                Optional.of(holder.node()),
                holder.since(),
                holder.token(),
                holder.address(),
                Optional.<List<String>>empty());
    }
}
