package dev.highlander.lock;

/** Why a hold was lost. */
public enum Loss {
    /** The lock service is out of reach, or our session with it has ended. */
    DISCONNECTED,
    /** No check was confirmed within the lease. */
    EXPIRED,
    /** Another node held the key as well, and won. */
    CONFLICT,
    /** Too few nodes can be reached. */
    QUORUM,
    /** The lock service says that the key is not ours. */
    REVOKED
}
