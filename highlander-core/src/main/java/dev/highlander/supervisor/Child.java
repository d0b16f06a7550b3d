package dev.highlander.supervisor;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Something that runs. All methods may be called from any thread, in any state, and more than once.
 *
 * <p>A child whose {@link #ended}, {@link #started} or {@link #stuck} throws, or whose stages complete exceptionally, can't
 * be looked after: it is killed, and taken to run until {@link #ended} says that it does not.
 */
public interface Child {
    /**
     * Completes when nothing of the child runs any more. An exception is taken for what it died of, but not one that says
     * that nobody waited any longer, {@link java.util.concurrent.CancellationException} or {@link
     * java.util.concurrent.TimeoutException}: that is no proof of an end.
     */
    CompletionStage<Exit> ended();

    /**
     * Completes, always normally, when the child has come up; never when it ends before that. For a child that was
     * returned by its recipe while still on its way up, as a tree is, so that it can be asked to end meanwhile.
     */
    default CompletionStage<?> started() {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * Completes, always normally, when the child, asked to end, has nothing left but children of its own that have ignored
     * their kill. It ends when they do.
     */
    default CompletionStage<?> stuck() {
        return new CompletableFuture<>();
    }

    /**
     * Asks the child to end; {@link #ended()} tells when it has. If this throws, the child is killed at once.
     *
     * @param killBy when {@link #kill} will be called, in nanoseconds of the starter's clock, for a child that has to
     *     share that time among children of its own; {@link Long#MAX_VALUE} for never
     */
    void stop(StopReason why, long killBy);

    /** Ends the child by the hardest means there is. */
    void kill(StopReason why);

    /** What runs below this child, in the order of starting. */
    default List<ChildInfo> children() {
        return List.of();
    }

    /** Whether {@code thread} is the child's own, so that it must not wait for the child to end. */
    default boolean owns(Thread thread) {
        return false;
    }

    /**
     * Whether {@link #stop} and {@link #kill} return at once whatever the child does, so that the thread that watches
     * deadlines may call them itself. Otherwise each call has a thread of its own.
     */
    default boolean isPrompt() {
        return false;
    }
}
