package dev.highlander.lock;

/** A key that is ours at this moment. All methods may be called from any thread and return at once, without I/O. */
public interface Hold {
    Key key();

    /**
     * The fencing token of this term: greater than that of every earlier term of the key.
     *
     * @throws IllegalStateException before the hold is startable
     */
    long token();

    /**
     * When the hold is expected to be startable, in {@link dev.highlander.time.Time#nanos()}; for a countdown, since only
     * {@link Claimant#startable} permits a start.
     */
    long startNotBefore();

    /**
     * When the child must be dead, in {@link dev.highlander.time.Time#nanos()}: the lease, counted from the sending of
     * the latest confirmed check. It rises with each confirmed check, and falls when the machine turns out to have been
     * suspended. {@link Long#MAX_VALUE} for a hold that can't be lost.
     */
    long deadBy();

    /**
     * Gives the key back, once the child is seen to be dead, or was never started; also after {@code lost}. Idempotent.
     */
    void release();

    /**
     * The same, for a service that keeps a record of its terms.
     *
     * @param ending how the term ended, in a few words for people, such as {@code stepped down}
     */
    default void release(String ending) {
        release();
    }
}
