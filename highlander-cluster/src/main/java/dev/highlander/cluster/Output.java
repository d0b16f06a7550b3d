package dev.highlander.cluster;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Loss;
import java.util.List;
import java.util.Optional;

/** What is to be done, in this order. */
sealed interface Output {
    record Send(Peer to, ClusterMessage message) implements Output {}

    /** The claim has its key, and the child may start. */
    record Granted(long claim, long hold, ClusterKey key, long token, Moment trust) implements Output {}

    /** These holds are good for a lease from {@code trust}, which was before the beat was sent. */
    record Trusted(Moment trust, List<Long> holds) implements Output {}

    record Lost(long hold, Loss why) implements Output {}

    record Overlapping(Overlap overlap) implements Output {}

    record Answered(long question, Optional<Contender> holder) implements Output {}

    /** What stands in the way of any grant here, or nothing. */
    record Trouble(Optional<Problem> problem) implements Output {}

    /** Something that people have to hear of. */
    record Alarm(Problem problem) implements Output {}
}
