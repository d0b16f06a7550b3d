package dev.highlander.cli;

import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;

/** Where keys are kept. */
interface Place {
    /** The lock service there; an outage is no exception. */
    Locks open(Namespace namespace, Node node, Lease lease, LedgerOption ledger);

    /** Who held what there. */
    HistorySource history(Namespace namespace);

    /**
     * What is promised there.
     *
     * @throws FailedException if a setting contradicts it
     */
    Guarantee guarantee(Lease lease);

    /** Who holds what there. */
    StatusSource status(Namespace namespace);
}
