package dev.highlander;

import dev.highlander.lock.Key;
import dev.highlander.lock.Subscription;
import dev.highlander.supervisor.ChildCounts;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.Exit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** This node's share in something that runs once: running it, or standing by. Methods may be called from any thread. */
public interface Singleton extends AutoCloseable {
    Key key();

    State state();

    /** The present term, while a child exists here. */
    Optional<Term> term();

    /** The child of this node, listed whether it runs here or not; on a standby it is not alive. */
    List<ChildInfo> whichChildren();

    /** The same as numbers: one child, which is active if it is alive here. */
    ChildCounts countChildren();

    /** How long the settle is still expected to take, by what is known now; empty unless this is SETTLING. */
    Optional<Duration> settling();

    /**
     * For how long this node still stands aside: told to, or because the child keeps ending here, or before a restart; empty
     * if it wants the key or has it.
     */
    Optional<Duration> standingAside();

    /** Waits until the child runs here; false if it does not within {@code max}, or is closed. */
    boolean awaitRunning(Duration max) throws InterruptedException;

    /** Completes when this is over on this node: closed, or its child ended and is not to be restarted. */
    CompletionStage<Exit> closed();

    /**
     * Stops the child if it runs here, and does not want the key again for {@code standAside}, so that another node can
     * take over. Returns at once.
     *
     * @throws IllegalArgumentException if {@code standAside} is negative or longer than a day
     */
    void stepDown(Duration standAside);

    /** Tells {@code listener} every transition from now on. */
    Subscription listen(SingletonListener listener);

    /**
     * Stops the child if it runs here, and releases the key. Idempotent. Waits until that is done, which takes at most
     * the child's grace and a second for its kill, and leaves the thread's interrupt flag as it was; called by the child
     * itself or by a listener, only asks for it.
     *
     * @throws dev.highlander.lock.StuckChildException if the child ignores its kill: its key is not released
     */
    @Override
    void close();
}
