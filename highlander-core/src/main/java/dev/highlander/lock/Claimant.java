package dev.highlander.lock;

/**
 * Who claims a key, and hears what becomes of the claim.
 *
 * <p>Called on the service's thread, in order for each claim; every method must return at once. Per hold the order is
 * {@code granted}, then at most one {@code startable}, with at most one {@code lost} at any time after {@code granted}.
 * No other grant follows until the hold is {@linkplain Hold#release() released}.
 */
public interface Claimant {
    /** The key is held, but an earlier holder's child may still run: nothing may start yet. */
    void granted(Hold hold);

    /**
     * No earlier holder's child runs any more, and the others have been told of this term: the child may start, provided
     * {@link Hold#deadBy()} leaves it time to be stopped again.
     */
    void startable(Hold hold);

    /** The key is not held any more; advice, since {@link Hold#deadBy()} is the law whether this arrives or not. */
    void lost(Hold hold, Loss why);
}
