package dev.highlander;

import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Exit;

/** Why a singleton went from one state to another. */
public enum Reason {
    /** The key was granted. */
    GRANTED,
    /** No earlier holder's child runs any more. */
    SETTLED,
    /** The child was started. */
    STARTED,
    /** The child could not be started. */
    START_FAILED,
    /** The child ended by itself, with nothing wrong. */
    COMPLETED,
    /** The child ended by itself, with an error. */
    FAILED,
    /** The child was to report progress, and reported none for too long. */
    NO_PROGRESS,
    /** The child kept ending here: this node stands aside so that another tries or, having done that, gives up. */
    CRASH_LOOP,
    /** The child has ended as it was asked to. */
    STOPPED,
    /** The child has ignored its kill. */
    IGNORED_KILL,
    /** The lock service was out of reach. */
    DISCONNECTED,
    /** No check was confirmed in time. */
    EXPIRED,
    /** Another node held the key as well, and won. */
    CONFLICT,
    /** Too few nodes could be reached. */
    QUORUM,
    /** The lock service took the key away. */
    REVOKED,
    /** This node was told to stand aside. */
    STEPPED_DOWN,
    /** The singleton was closed. */
    CLOSED;

    static Reason of(Loss loss) {
        return switch (loss) {
            case DISCONNECTED -> DISCONNECTED;
            case EXPIRED -> EXPIRED;
            case CONFLICT -> CONFLICT;
            case QUORUM -> QUORUM;
            case REVOKED -> REVOKED;
        };
    }

    static Reason of(Exit exit) {
        return switch (exit.kind()) {
            case COMPLETED -> COMPLETED;
            case FAILED -> FAILED;
            case NOT_STARTED -> START_FAILED;
            case STOPPED -> STOPPED;
        };
    }
}
