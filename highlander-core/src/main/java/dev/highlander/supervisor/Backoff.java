package dev.highlander.supervisor;

import java.time.Duration;

/**
 * The waits between one restart and the next: doubled from {@code first} to {@code max}, each shortened by up to half at
 * random; back to {@code first} once a child has run for {@code max}.
 *
 * @param first the first wait, more than zero
 * @param max the longest wait, not below {@code first} and at most a day
 */
public record Backoff(Duration first, Duration max) {
    /** A second, up to a minute. */
    public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    public Backoff {
        if (first.isNegative() || first.isZero() || max.compareTo(first) < 0 || max.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "A backoff from " + first + " to " + max + " is out of range. Use more than"
                            + " zero first, a maximum that is not below it, and at most a day.");
        }
    }

    /** The wait after {@code failures} restarts in a row, in nanoseconds; {@code random} is in [0, 1). */
    public long nanos(int failures, double random) {
        long full = max.toNanos();
        long firstNanos = first.toNanos();
        if (failures < 40 && firstNanos <= full >> failures) {
            full = firstNanos << failures;
        }
        return (long) (full * (1 - random / 2));
    }
}
