package dev.highlander.supervisor;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Children that are looked after: started in order, restarted when they end, stopped in reverse.
 *
 * <p>Methods may be called from any thread. Those that wait are told by {@link InterruptedException} when their thread is
 * interrupted; what they asked for happens all the same.
 */
public interface Supervisor extends AutoCloseable {
    /** Restarts the child that ended, and no other. */
    static SupervisorSpec oneForOne(ChildSpec... children) {
        return SupervisorSpec.of(Strategy.ONE_FOR_ONE, children);
    }

    /** Stops all other children when one has ended, and starts them all again. */
    static SupervisorSpec oneForAll(ChildSpec... children) {
        return SupervisorSpec.of(Strategy.ONE_FOR_ALL, children);
    }

    /** Stops the children after the one that ended, and starts it and them again. */
    static SupervisorSpec restForOne(ChildSpec... children) {
        return SupervisorSpec.of(Strategy.REST_FOR_ONE, children);
    }

    /**
     * Closes all supervisors that the shutdown hook of the JVM would close, one after the other, the latest first, and
     * waits; for a shutdown hook that has something to do after that.
     */
    static void closeAll() {
        OpenSupervisors.closeAll();
    }

    /** All children that have not been deleted, in the order of starting. */
    List<ChildInfo> whichChildren();

    /** How many children there are. */
    ChildCounts countChildren();

    /**
     * Starts one more child, the last in the order, and returns when it has been started.
     *
     * @throws StartFailedException if it could not be started; then it is not a child
     * @throws ChildStuckException if it was started but can't be looked after; it is listed for as long as it may run
     * @throws IllegalArgumentException if a child has that id, alive or not
     * @throws IllegalStateException if this supervisor is ending or has ended, or is called by the start of one of its
     *     children, which would wait for itself
     */
    void add(ChildSpec child) throws InterruptedException;

    /**
     * Stops a child, and returns when it has ended. It stays listed, and can be restarted or deleted, unless it is one that
     * is never restarted. Does nothing to one that does not run; it is not restarted if that was about to happen.
     *
     * @throws ChildStuckException if it has ignored its kill
     * @throws IllegalArgumentException if there is no such child
     * @throws IllegalStateException if this supervisor has ended
     */
    void terminate(String id) throws InterruptedException;

    /**
     * Starts a child that does not run, and returns when it has been started.
     *
     * @throws StartFailedException if it could not be started; it stays listed
     * @throws ChildStuckException if it was started but can't be looked after
     * @throws IllegalArgumentException if there is no such child
     * @throws IllegalStateException if it runs or is about to be restarted, or this supervisor is ending or has ended, or
     *     is called by the start of one of its children, which would wait for itself
     */
    void restart(String id) throws InterruptedException;

    /**
     * Forgets a child that does not run.
     *
     * @throws IllegalArgumentException if there is no such child
     * @throws IllegalStateException if it runs or is about to be restarted, or this supervisor has ended
     */
    void delete(String id) throws InterruptedException;

    /**
     * Completes when no child runs and none will: stopped when it was closed, completed when it shut itself down, failed when
     * it gave up.
     */
    CompletionStage<Exit> ended();

    /**
     * Stops all children, the last one first. Idempotent. Waits until they have ended, and leaves the thread's interrupt flag
     * as it was; called by a child, only asks for it.
     *
     * @throws ChildStuckException if children have ignored their kill, and all others have ended
     */
    @Override
    void close();
}
