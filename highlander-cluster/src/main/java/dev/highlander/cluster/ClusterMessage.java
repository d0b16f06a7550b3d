package dev.highlander.cluster;

import dev.highlander.lock.Loss;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What members say to each other. All but {@link Overlapped} is about one view and void in any other. */
sealed interface ClusterMessage {
    ViewId view();

    /**
     * Everything that a member holds and wants, to the coordinator of a view that it has just installed; and again from
     * time to time, in case anything went wrong.
     *
     * @param number rises with each report of this view
     * @param heard the number of the last {@link Grants} that it goes by
     */
    record Report(ViewId view, long number, long heard, Who who, long highest, List<Held> holds, List<ClusterKey> wants)
            implements ClusterMessage {}

    /**
     * What has changed since: first the releases count, then who wants no more, then who wants.
     *
     * @param highest the highest token that its sender knows of
     */
    record Change(ViewId view, List<Term> releases, List<ClusterKey> unwants, List<ClusterKey> wants, long highest)
            implements ClusterMessage {}

    /** "I am here, and go by this view": to all members, or to nobody where there is no quorum. */
    record Beat(ViewId view, long number, long highest) implements ClusterMessage {}

    /** "So do I": from a member whose view is the same when the beat arrives. */
    record Ack(ViewId view, long number, long highest) implements ClusterMessage {}

    /**
     * Keys that are the receiver's from now on.
     *
     * @param number rises with each one of this view to this receiver
     */
    record Grants(ViewId view, long number, List<Term> terms) implements ClusterMessage {}

    /** The report of that number has come, and these of its holds go on. */
    record Confirms(ViewId view, long report, List<Term> terms, long highest) implements ClusterMessage {}

    /** Holds that must end. */
    record Revokes(ViewId view, List<Revoked> terms) implements ClusterMessage {}

    /** "Your settings are not mine": nothing is granted to the receiver. */
    record Refuses(ViewId view, Who who) implements ClusterMessage {}

    record Ask(ViewId view, long question, ClusterKey key) implements ClusterMessage {}

    record Told(ViewId view, long question, Optional<Contender> holder) implements ClusterMessage {}

    /** From the loser to the winner, once the loser's child is down. */
    record Overlapped(ViewId view, Overlap overlap) implements ClusterMessage {}

    /**
     * Who a member is, and what all members must have in common.
     *
     * @param quorum zero for none
     */
    record Who(String node, UUID run, long leaseMillis, int quorum) {}

    /** A term of a key. */
    record Term(ClusterKey key, long token) {}

    /**
     * A term that a member reports.
     *
     * @param since when it was granted, in microseconds since 1970
     */
    record Held(ClusterKey key, long token, long since, Stage stage) {}

    /** How far a term is. */
    enum Stage {
        /** Granted in this view; nothing runs yet. */
        STARTING,
        /** Its child may run. */
        RUNNING,
        /** Lost; its child may not be down yet. */
        ENDING
    }

    /**
     * A term that must end.
     *
     * @param winner the term that goes on instead, and its member
     */
    record Revoked(ClusterKey key, long token, Loss why, Optional<Rival> winner) {}

    record Rival(Peer peer, Contender contender) {}
}
