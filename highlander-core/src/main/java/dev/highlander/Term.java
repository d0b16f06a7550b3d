package dev.highlander;

import dev.highlander.lock.Key;
import dev.highlander.supervisor.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * One uninterrupted holding of a key by this node, as its child sees it. All methods may be called from any thread, and
 * none does I/O.
 *
 * <p>A child that is restarted in place is handed another of these, of the same term and with the same token; the one before
 * it counts as over, for whatever the earlier child has left behind.
 */
public interface Term {
    Key key();

    /** The name of this node. */
    String node();

    /** The fencing token: greater than that of every earlier term of the key. Give it to resources that can check it. */
    long token();

    /** When the term began, by the wall clock. */
    Instant since();

    /**
     * Whether the key is ours: for certain, and not known to be lost. In an orderly stop it is until the child is down, so a
     * child may finish its step.
     */
    boolean isHeld();

    /** For how long the key is ours even if no further check is confirmed; zero when it is not, or not for certain. */
    Duration remaining();

    /** {@link #ensureHeld(Duration)} for any time at all. */
    default void ensureHeld() {
        ensureHeld(Duration.ZERO);
    }

    /**
     * Returns if the key is ours for {@code atLeast} from now; call it right before a step that must not be done twice.
     *
     * @throws NotHeldException if it is not
     */
    void ensureHeld(Duration atLeast);

    /**
     * Tells that the child makes progress, for one that {@linkplain dev.highlander.supervisor.ChildSpec#expectProgress is
     * expected to}. Cheap enough for every step of a loop; of no effect once the child is gone.
     */
    void progress();

    /**
     * Runs {@code hook} when the child is asked to stop, on another thread and before the child's own is interrupted: the
     * place to close the socket that the child is stuck in. A hook given after that runs at once.
     */
    void onStop(Consumer<StopReason> hook);
}
