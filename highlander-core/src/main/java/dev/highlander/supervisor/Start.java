package dev.highlander.supervisor;

import dev.highlander.time.Time;

/** A recipe for a child: each start makes a new one. */
@FunctionalInterface
public interface Start {
    /**
     * Starts a child and returns when it runs; may block, and is interrupted when the start is called off. A child that
     * is returned all the same is stopped.
     */
    Child start() throws Exception;

    /** The same for a recipe whose children need the clock by which they are told when they will be killed. */
    default Child start(Time time) throws Exception {
        return start();
    }

    /** Whether its children are handed the term of a singleton, through which they can report progress. */
    default boolean isHandedTerm() {
        return false;
    }
}
