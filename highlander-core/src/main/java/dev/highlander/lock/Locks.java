package dev.highlander.lock;

import dev.highlander.time.Time;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A lock service: at most one claim of a key is granted at a time, in all the processes that share it.
 *
 * <p>No method but {@link #close()} blocks, and none throws because of an outage: an outage is a {@link Condition}. All
 * methods may be called from any thread. Instants are {@link Time#nanos()} of {@link #time()}.
 */
public interface Locks extends AutoCloseable {
    /**
     * Queues a claim for {@code key}; it stays queued, through losses and outages, until it is withdrawn.
     *
     * <p>Several claims of one key, in one process or in many, exclude each other.
     *
     * @throws IllegalStateException when this service is closed
     */
    Claim claim(Key key, Claimant claimant);

    /** Who holds {@code key} now, as far as can be known; completes exceptionally while the service can't be reached. */
    CompletionStage<Optional<Holder>> holder(Key key);

    /** What this service promises. */
    Guarantee guarantee();

    /** How this service is. */
    Condition condition();

    /**
     * Tells {@code listener} each change of {@link #condition()}, on the service's thread; the listener returns at once.
     *
     * @return closes to end the listening
     */
    Subscription listen(Consumer<Condition> listener);

    /**
     * Tells {@code listener} each check that is confirmed, on the service's thread; the listener returns at once. A service
     * whose holds can't be lost has no checks, and never tells any: so does this default.
     *
     * @return closes to end the listening
     */
    default Subscription listenToChecks(Consumer<Check> listener) {
        return () -> {};
    }

    /** The node that claims here. */
    Node node();

    /** The clocks that this service goes by. */
    Time time();

    /**
     * Withdraws all claims and ends the service; idempotent.
     *
     * <p>A hold that was never released (its child ignores its kill) is kept, with whatever holds it, until the process
     * ends.
     *
     * @throws StuckChildException when there is such a hold
     */
    @Override
    void close();
}
