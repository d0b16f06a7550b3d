package dev.highlander.postgres;

import dev.highlander.time.Time;

/**
 * When a request was sent, or rather a moment before.
 *
 * @param at {@link Time#nanos()}
 * @param leap {@link Time#leap()}, read earlier still
 */
record Sent(long at, long leap) {
    static Sent now(Time time) {
        long leap = time.leap();
        return new Sent(time.nanos(), leap);
    }

    /** The end of a lease that counts from here: sooner by what the machine has slept since, which nanos() did not count. */
    long deadBy(long lease, Time time) {
        return at + lease - (time.leap() - leap);
    }
}
