package dev.highlander.postgres;

import dev.highlander.lock.Lease;

/**
 * What a process of a node is to the others.
 *
 * @param lease its lease
 * @param ledger whether it keeps the ledger
 * @param ceiling the longest lease of all
 */
record SimMember(Lease lease, boolean ledger, Lease ceiling) {
    LockId leaseLock() {
        int millis = (int) lease.length().toMillis();
        return new LockId(7, ledger ? -millis : millis, true);
    }
}
