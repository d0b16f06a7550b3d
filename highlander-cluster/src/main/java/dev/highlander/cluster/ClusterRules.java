package dev.highlander.cluster;

import dev.highlander.lock.Lease;

/**
 * What all members of a cluster have to have in common, and what follows from it; in nanoseconds where it is a time.
 *
 * @param quorum how many members a grant takes; zero if none are needed
 * @param discovery how long a member that has never seen another one waits before it grants anything
 */
record ClusterRules(Lease lease, int quorum, long discovery) {
    boolean hasQuorum() {
        return quorum > 0;
    }

    /** The most members with which any two quorums have one in common. */
    int mostMembers() {
        return hasQuorum() ? 2 * quorum - 1 : Integer.MAX_VALUE;
    }

    /** From one beat to the next. */
    long heartbeat() {
        return lease.heartbeat();
    }

    /** From one report to the next, once the first one was answered. */
    long recheck() {
        return lease.nanos();
    }
}
