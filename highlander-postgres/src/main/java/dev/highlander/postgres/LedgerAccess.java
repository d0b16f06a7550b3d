package dev.highlander.postgres;

import dev.highlander.lock.Lease;

/**
 * The ledger that a session keeps, as it was found when the session began.
 *
 * @param table where it is
 * @param present the server's history, which stays the same for as long as the session lasts
 * @param ceiling the longest lease that a node of the namespace may have
 */
record LedgerAccess(LedgerTable table, Lineage present, Lease ceiling) {}
