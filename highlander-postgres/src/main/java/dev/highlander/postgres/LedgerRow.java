package dev.highlander.postgres;

import dev.highlander.lock.Lease;

/**
 * The last term of a lock, as the ledger has it.
 *
 * @param end how it ended
 * @param lease the lease of its node
 * @param written in which history its run was written; its end was written in the same, or else there is none
 * @param key the text of its key
 */
record LedgerRow(End end, Lease lease, Lineage written, String key) {
    enum End {
        /** Its child may still run, as far as the ledger knows. */
        NONE,
        /** Its child was seen to be down before the lock was given back. */
        CLEAN,
        /** A later term began without hearing of its end. */
        LOST
    }
}
