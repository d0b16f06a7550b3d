package dev.highlander.time;

/**
 * Adds up how far the wall clock jumps ahead of the monotonic clock from one look to the next.
 *
 * <p>Differences below {@link #NOISE} are the wall clock's grain, scheduling between two readings, or slewing; they are
 * not counted, or they would add up.
 */
final class LeapDetector {
    static final long NOISE = 50_000_000L;

    private boolean looked;
    private long lastMonotonic;
    private long lastWall;
    private long total;

    /** The sum of all jumps so far, this look included; both arguments in nanoseconds. */
    synchronized long observe(long monotonic, long wall) {
        if (looked && monotonic < lastMonotonic) {
            return total; // read before a look that another thread has finished meanwhile
        }
        long jump = (wall - lastWall) - (monotonic - lastMonotonic);
        if (looked && jump > NOISE) {
            total = Time.plus(total, jump);
        }
        looked = true;
        lastMonotonic = monotonic;
        lastWall = wall;
        return total;
    }
}
