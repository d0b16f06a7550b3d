package dev.highlander.postgres;

/** What the ledger tells people beside what the protocol goes by. */
interface LedgerNotes {
    /** The text of the key of a lock that is held. */
    String keyOf(LockId lock);

    /** How the term ended that is given back: a few words. */
    String endingOf(LockId lock);
}
