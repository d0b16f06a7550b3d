package dev.highlander.time;

/** The real detector of leaps, for clocks that are simulated. */
public final class SimLeaps {
    private final LeapDetector detector = new LeapDetector();

    public long observe(long monotonic, long wall) {
        return detector.observe(monotonic, wall);
    }
}
