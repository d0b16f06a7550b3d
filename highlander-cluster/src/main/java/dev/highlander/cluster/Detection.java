package dev.highlander.cluster;

import java.time.Duration;

/**
 * How fast a silent member is given up: one that is frozen, or cut off. A process that is killed is noticed at once, whatever
 * is chosen here.
 *
 * <p>The shorter, the sooner another node takes over, and the likelier a busy machine is taken for a dead one.
 */
public enum Detection {
    /** After two seconds: for one rack, and machines that are not overloaded. */
    QUICK,
    /** After five seconds. */
    NORMAL,
    /** After twenty seconds: for networks and machines that pause. */
    PATIENT;

    /** How long a member may be silent before it is suspected; the lease, unless another one is given. */
    public Duration silence() {
        return timings().silence();
    }

    Timings timings() {
        return switch (this) {
            case QUICK -> timings(2000, 500, 500, 500, 1500, 1000);
            case NORMAL -> timings(5000, 1000, 1000, 1000, 3000, 2000);
            case PATIENT -> timings(20_000, 4000, 2000, 5000, 15_000, 3000);
        };
    }

    private static Timings timings(int silence, int heartbeat, int verify, int mergeMin, int mergeMax, int join) {
        return new Timings(
                Duration.ofMillis(silence),
                Duration.ofMillis(heartbeat),
                Duration.ofMillis(verify),
                Duration.ofMillis(mergeMin),
                Duration.ofMillis(mergeMax),
                Duration.ofMillis(join));
    }
}
