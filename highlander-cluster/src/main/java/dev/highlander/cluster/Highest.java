package dev.highlander.cluster;

/**
 * The highest token that this node knows of, so that each one it gives is higher: microseconds since 1970, or one more than
 * the last where clocks disagree or stand still.
 */
final class Highest {
    /** The year 9999: what claims to be higher was not given by any node, and is not believed. */
    static final long LAST = 253_402_300_799_000_000L;

    private long token;

    void heard(long other) {
        if (other <= LAST) {
            token = Math.max(token, other);
        }
    }

    long known() {
        return token;
    }

    long next(long wall) {
        token = Math.max(token + 1, wall);
        return token;
    }
}
