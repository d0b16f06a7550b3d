package dev.highlander;

import static dev.highlander.time.Time.plus;

/**
 * For how long a child has shown no progress, as seen by a process that may have been frozen itself.
 *
 * <p>Whoever uses this looks every quarter of the time that a child may be silent. A look that comes later than after half
 * of that time shows that the process did not run, and its child as little: the time since the look before does not count.
 */
final class Silence {
    private static final long NEVER = Long.MAX_VALUE;

    private final long allowed;
    private long lookedAt;
    private long endsAt = NEVER;

    /** Of at most that many nanoseconds; {@link Long#MAX_VALUE} for any number. */
    Silence(long allowed) {
        this.allowed = allowed;
    }

    void begin(long now) {
        lookedAt = now;
        endsAt = plus(now, allowed);
    }

    void broken(long at) {
        endsAt = Math.max(endsAt, plus(at, allowed));
    }

    boolean isTooLong(long now) {
        long away = now - lookedAt;
        lookedAt = now;
        if (away > allowed / 2) {
            endsAt = plus(endsAt, away);
        }
        return endsAt != NEVER && now >= endsAt;
    }

    /** When to look again. */
    long lookAt() {
        return allowed == NEVER ? NEVER : Math.min(endsAt, plus(lookedAt, allowed / 4));
    }
}
