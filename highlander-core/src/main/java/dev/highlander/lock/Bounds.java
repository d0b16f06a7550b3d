package dev.highlander.lock;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The worst that a configuration comes to, as long as what the lock service assumes holds.
 *
 * <p>What the times leave out: how long a child takes to start, round trips to the service, and how late a loaded machine
 * lets a thread run.
 *
 * @param takeover the longest until another node may start its child, for each mishap after which one does so in bounded
 *     time
 * @param overlap the longest for which two children run at once; empty where nothing bounds it
 */
public record Bounds(Map<Mishap, Duration> takeover, Optional<Duration> overlap) {
    /** What can happen to a node whose child runs, or to what it holds its key from. */
    public enum Mishap {
        /** It is told to stop; counted from the end of its child. */
        CLEAN_STOP,
        /** Its process dies; counted from there. */
        CRASH,
        /** Its process is frozen, or its machine is; counted from the last check that was confirmed. */
        HANG,
        /** It is cut off; counted from the last check that was confirmed. */
        PARTITION,
        /** What the locks are kept in restarts; counted from when it can be reached again. */
        RESTART,
        /** Another server takes the place of that one; counted from when it can be reached as such. */
        PROMOTION
    }

    /** Of a service that says nothing about times, such as one where keys are granted by hand. */
    public static final Bounds NONE = new Bounds(Map.of(), Optional.empty());

    public Bounds {
        takeover = Map.copyOf(takeover);
    }

    /** The longest until another node may start its child; empty if there is no bound, or it can't happen. */
    public Optional<Duration> takeoverAfter(Mishap mishap) {
        return Optional.ofNullable(takeover.get(mishap));
    }
}
