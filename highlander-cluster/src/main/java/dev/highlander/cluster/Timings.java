package dev.highlander.cluster;

import java.time.Duration;

/**
 * How fast failures are found and splits heal.
 *
 * @param silence how long a member may be silent before it is suspected
 * @param heartbeat from one sign of life to the next
 * @param verify how long a suspect is given to answer
 * @param mergeMin the shortest time from one look for other views to the next
 * @param mergeMax the longest one
 * @param join how long an answer to a request to join is waited for
 */
record Timings(
        Duration silence, Duration heartbeat, Duration verify, Duration mergeMin, Duration mergeMax, Duration join) {
    /** How long a node that has found nobody waits for others to find it. */
    Duration discovery() {
        return mergeMax.multipliedBy(2);
    }
}
