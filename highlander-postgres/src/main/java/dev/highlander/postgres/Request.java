package dev.highlander.postgres;

import java.util.List;

/** A statement that the protocol wants executed, one at a time; each is a transaction of its own. */
sealed interface Request {
    /** Try these locks, none of which this session holds. */
    record Try(List<LockId> locks) implements Request {}

    /** Say {@code mark nonce}; where there is a ledger, read what it says of these locks, which this session holds. */
    record Mark(long nonce, List<LockId> locks) implements Request {}

    /** Say {@code run} for each of these locks that this session holds, and make a token for each. */
    record Run(List<LockId> locks) implements Request {}

    /** Check that the server is a primary and that this session holds the locks of that digest. */
    record Beat(String digest) implements Request {}

    /** Say {@code clean} for each of these terms whose lock this session holds. */
    record Clean(List<Term> terms) implements Request {}

    /** Write in the ledger that its namespace is open in the server's history. */
    record Open() implements Request {}

    /** Give these locks back and say {@code free} for each. */
    record Unlock(List<LockId> locks) implements Request {}

    /**
     * A term of a lock.
     *
     * @param lock the lock
     * @param token the term's token
     */
    record Term(LockId lock, long token) {}
}
