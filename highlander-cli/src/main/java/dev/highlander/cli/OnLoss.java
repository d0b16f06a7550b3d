package dev.highlander.cli;

import dev.highlander.supervisor.StopReason;

/** How a command is stopped whose key is lost, and which another node may soon start. */
enum OnLoss {
    /** It is asked to end, and killed at the end of the time that a loss leaves it. */
    TERM,
    /** It is killed at once. */
    KILL;

    boolean killsAtOnce(StopReason why) {
        return this == KILL && (why == StopReason.LOST || why == StopReason.CONFLICT);
    }
}
