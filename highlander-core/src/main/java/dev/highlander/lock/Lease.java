package dev.highlander.lock;

import java.time.Duration;

/**
 * For how long after a <em>sent</em> and then confirmed check a hold is trusted, and all the times that follow from it.
 *
 * <p>Whatever the lease, a holder's checks go out every fifth of it; a stop that a loss forces begins at least
 * {@link #stopBudget()} and {@link #margin()} before the lease ends; and the next holder waits {@link #settle()}, which is
 * longer than a lease even when one machine's clock runs ten percent slow and the other's ten percent fast.
 *
 * @param length {@link #MIN} to {@link #MAX}
 */
public record Lease(Duration length) {
    public static final Duration MIN = Duration.ofMillis(500);
    public static final Duration MAX = Duration.ofHours(1);

    /** Ten seconds. */
    public static final Lease DEFAULT = new Lease(Duration.ofSeconds(10));

    public Lease {
        if (length.compareTo(MIN) < 0 || length.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("A lease of " + length + " is out of range. Use " + MIN.toMillis()
                    + " ms to " + MAX.toMinutes() + " minutes; 10 seconds suits most.");
        }
    }

    public static Lease of(Duration length) {
        return new Lease(length);
    }

    public long nanos() {
        return length.toNanos();
    }

    /** The time from one check to the next: a fifth of the lease, in nanoseconds. */
    public long heartbeat() {
        return nanos() / 5;
    }

    /** How long a reply is waited for before the connection is given up: 0.3 of the lease, in nanoseconds. */
    public long replyLimit() {
        return nanos() * 3 / 10;
    }

    /** The most that a child has to stop in when its key is lost: 0.3 of the lease, in nanoseconds. */
    public long stopBudget() {
        return nanos() * 3 / 10;
    }

    /** What is kept in hand for late threads at each end of a stop: a tenth of the lease, in nanoseconds. */
    public long margin() {
        return nanos() / 10;
    }

    /**
     * How long a new holder waits when nothing proves that the earlier one has stopped: 1.25 leases, in nanoseconds. That
     * is at least lease × (1 + r) / (1 − r) for clock rates within r = 10 %.
     */
    public long settle() {
        return nanos() * 5 / 4;
    }
}
