package dev.highlander.cluster;

import dev.highlander.lock.Key;
import java.util.Comparator;
import java.util.List;

/**
 * Decides whose term goes on when two sides of a split that has healed both have one.
 *
 * <p>Asked on the node that keeps the registry, on the lock service's thread: it has to return at once. From the same terms,
 * in whatever order, it has to choose the same one on every node, since another node may have to decide again.
 */
@FunctionalInterface
public interface ConflictResolver {
    /** One of {@code terms}, which are two or more; the others are stopped, and go back to the queue. */
    Contender winner(Key key, List<Contender> terms);

    /** The oldest term wins; of two equally old ones that of the node with the smaller name, then run id. */
    static ConflictResolver oldestTerm() {
        Comparator<Contender> age = Comparator.comparingLong(Contender::token)
                .thenComparing(Contender::node)
                .thenComparing(Contender::run);
        return (key, terms) -> terms.stream().min(age).orElseThrow();
    }
}
