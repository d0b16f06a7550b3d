package dev.highlander.postgres;

import java.util.Map;
import java.util.Set;

/** What came of a request; an error or a warning is none, but the end of the session. */
sealed interface Reply {
    /** To a try: the locks that were got. {@code primary} is false on a server in recovery, whose locks are worthless. */
    record Got(Set<LockId> locks, boolean primary) implements Reply {}

    /** To a run: the token of each lock that this session holds. */
    record Ran(Map<LockId, Long> tokens) implements Reply {}

    /** To a clean or an unlock: the locks for which it was done. */
    record Did(Set<LockId> locks) implements Reply {}

    /** To a mark where there is a ledger. */
    record Read(LedgerView ledger) implements Reply {}

    /** To a mark without a ledger, on a server in recovery, or to a beat or an open: whether all is as it should be. */
    record Checked(boolean good) implements Reply {}
}
