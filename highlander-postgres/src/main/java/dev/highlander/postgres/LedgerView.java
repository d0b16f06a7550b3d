package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says of some locks, read by one statement that was begun after they were granted.
 *
 * <p>A row counts only if it was written in the history that the server is in now: a promotion may have lost later ones.
 * That there is no row counts only once the namespace is open: long enough after the beginning of that history for every
 * child to be down that nothing was written of, or nothing that survived.
 *
 * @param present the server's history now
 * @param open the history that the namespace is open in, or null
 * @param ceiling the longest lease that a node of the namespace may have
 * @param last the last term of each lock that has one
 */
record LedgerView(Lineage present, @Nullable Lineage open, Lease ceiling, Map<LockId, LedgerRow> last) {

    /** The longest lease that a child of an earlier term may still have; empty where all of them are down. */
    Optional<Lease> leaseLeft(LockId lock, Lease own) {
        LedgerRow row = last.get(lock);
        if (row == null) {
            return present.equals(open) ? Optional.empty() : Optional.of(longest(own));
        }
        if (!present.equals(row.written())) {
            return Optional.of(longest(own));
        }
        return switch (row.end()) {
            case CLEAN -> Optional.empty();
            case NONE -> Optional.of(row.lease());
            case LOST -> Optional.of(longest(own));
        };
    }

    private Lease longest(Lease own) {
        return own.nanos() > ceiling.nanos() ? own : ceiling;
    }
}
