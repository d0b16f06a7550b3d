package dev.highlander.supervisor;

import java.time.Duration;

/** How long a child that is asked to end may take before it is killed. */
public final class Shutdown {
    private static final Shutdown KILL = new Shutdown(0);
    private static final Shutdown FOR_EVER = new Shutdown(Long.MAX_VALUE);

    /** Five seconds. */
    public static final Shutdown DEFAULT = grace(Duration.ofSeconds(5));

    private final long nanos;

    private Shutdown(long nanos) {
        this.nanos = nanos;
    }

    /** Killed at once. */
    public static Shutdown kill() {
        return KILL;
    }

    /** Killed after {@code grace}, which is more than zero and at most a day. */
    public static Shutdown grace(Duration grace) {
        if (grace.isNegative() || grace.isZero() || grace.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "A grace of " + grace + " is out of range. Use more than zero and at most a"
                            + " day, Shutdown.kill() for none, or Shutdown.forEver().");
        }
        return new Shutdown(grace.toNanos());
    }

    /** Never killed, except when the key is lost: then no child may outlive the lease. */
    public static Shutdown forEver() {
        return FOR_EVER;
    }

    /** The grace in nanoseconds: 0 for none, {@link Long#MAX_VALUE} for ever. */
    public long nanos() {
        return nanos;
    }

    @Override
    public String toString() {
        return nanos == 0
                ? "kill"
                : nanos == Long.MAX_VALUE ? "for ever" : Duration.ofNanos(nanos).toString();
    }
}
