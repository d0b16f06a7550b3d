package dev.highlander.cluster;

/** A child under a hold, as badly behaved as it may be: it goes on until its lease ends if nobody stops it. */
final class SimChild {
    final ClusterKey key;
    final long claim;
    final long hold;
    final long token;
    Moment trust;
    boolean stopping;

    SimChild(ClusterKey key, long claim, long hold, long token, Moment trust) {
        this.key = key;
        this.claim = claim;
        this.hold = hold;
        this.token = token;
        this.trust = trust;
    }
}
