package dev.highlander.cluster;

import dev.highlander.time.Time;

/**
 * When something happens, on all the clocks of a node.
 *
 * @param at {@link Time#nanos()}
 * @param leap {@link Time#leap()}, read earlier, so that a sleep between the two is not counted twice
 * @param wall the wall clock, in microseconds since 1970: for tokens, and for people
 */
record Moment(long at, long leap, long wall) {
    static Moment now(Time time) {
        long leap = time.leap();
        long at = time.nanos();
        return new Moment(at, leap, time.instant().toEpochMilli() * 1000);
    }

    /** The end of a lease that counts from here: sooner by what the machine has slept since, which nanos() did not count. */
    long deadBy(long lease, long leapNow) {
        return at + lease - (leapNow - leap);
    }
}
