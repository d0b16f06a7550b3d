package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * What is explored.
 *
 * @param nodes how many nodes
 * @param stepsPerLease time goes on in steps of this part of a lease
 * @param faults how many things may go wrong, and how many may be asked of a node, together
 * @param terms how many terms of the key: what would begin one more is not executed
 * @param kinds which of them
 * @param ways how
 * @param promises which of the promises are looked at
 * @param options the real code, or a mistake
 */
record ExploreConfig(
        int nodes,
        int stepsPerLease,
        int faults,
        int terms,
        Set<Fault> kinds,
        Set<Way> ways,
        Set<Promise> promises,
        SimOptions options) {

    /** What counts as one of the faults. */
    enum Fault {
        SERVER_ENDS_A_SESSION,
        NODE_LOSES_ITS_SESSION,
        LOCKS_DROPPED_IN_A_LIVING_SESSION,
        REPLY_TO_A_CHECK_IS_LATE,
        FREEZE,
        PROCESS_DIES,
        CHILD_IS_DONE,
        CHILD_FAILS,
        STEP_DOWN,
        CLOSE
    }

    /** What must hold in every state. */
    enum Promise {
        ONE_CHILD,
        TOKENS_INCREASE,
        RELEASE_AFTER_STOP,
        NO_START_TOO_LATE_TO_STOP,
        NO_CHILD_BEYOND_ITS_LEASE,
        EARLIER_CHILDREN_DOWN_AT_RUN
    }

    /** How nodes begin, and how closely they are looked at. */
    enum Way {
        /** It begins after a clean release that everybody has heard. */
        AFTER_A_CLEAN_RELEASE,
        /** Only the first node is connected when it begins. */
        OTHERS_COME_LATER,
        /** A node's threads do one piece of work at a time and hear notifications at any time, rather than at once. */
        SLOW_THREADS
    }

    static ExploreConfig of(int nodes, int stepsPerLease, int faults, int terms, Way... ways) {
        Set<Way> set = EnumSet.noneOf(Way.class);
        set.addAll(Arrays.asList(ways));
        return new ExploreConfig(
                nodes,
                stepsPerLease,
                faults,
                terms,
                EnumSet.allOf(Fault.class),
                set,
                EnumSet.allOf(Promise.class),
                SimOptions.real());
    }

    ExploreConfig options(SimOptions other) {
        return new ExploreConfig(nodes, stepsPerLease, faults, terms, kinds, ways, promises, other);
    }

    ExploreConfig only(Promise one) {
        return new ExploreConfig(nodes, stepsPerLease, faults, terms, kinds, ways, EnumSet.of(one), options);
    }

    ExploreConfig kinds(Fault first, Fault... more) {
        return new ExploreConfig(nodes, stepsPerLease, faults, terms, EnumSet.of(first, more), ways, promises, options);
    }

    Lease lease() {
        return Lease.of(Duration.ofSeconds(10));
    }

    long step() {
        return lease().nanos() / stepsPerLease;
    }

    /** In a line. */
    String account() {
        return nodes + " nodes, " + stepsPerLease + " step" + (stepsPerLease == 1 ? "" : "s") + " a lease, at most "
                + terms + " terms and " + faults + " faults of "
                + (kinds.size() == Fault.values().length ? "every kind" : kinds)
                + (ways.isEmpty() ? "" : ", " + ways);
    }
}
