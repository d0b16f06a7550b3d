package dev.highlander.lock;

/** A claimant's place in the queue for a key. */
public interface Claim {
    /**
     * Leaves the queue; idempotent, from any thread, returns at once.
     *
     * <p>A grant that the claimant has been told of stays granted until its hold is released; one that it has not been
     * told of is released unseen.
     */
    void withdraw();
}
