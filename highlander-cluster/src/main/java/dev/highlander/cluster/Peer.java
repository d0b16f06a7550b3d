package dev.highlander.cluster;

/** A member of the cluster, by the number that it drew when it joined. */
record Peer(long high, long low) implements Comparable<Peer> {
    @Override
    public int compareTo(Peer other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return Long.toHexString(high) + Long.toHexString(low);
    }
}
