package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Held;
import dev.highlander.cluster.ClusterMessage.Stage;
import dev.highlander.cluster.ClusterMessage.Term;
import dev.highlander.cluster.ClusterMessage.Who;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Who and what the tests that step a machine by hand are about. */
final class Cast {
    static final Peer A = new Peer(1, 1);
    static final Peer B = new Peer(2, 2);
    static final Peer C = new Peer(3, 3);
    static final ClusterKey KEY = key("key");
    static final ClusterKey OTHER = key("other");
    static final Lease LEASE = Lease.of(Duration.ofSeconds(10));
    static final long SECOND = 1_000_000_000L;
    static final ClusterRules RULES = new ClusterRules(LEASE, 0, 2 * SECOND);
    static final ClusterRules TWO_OF_THREE = new ClusterRules(LEASE, 2, 2 * SECOND);

    private Cast() {}

    static ClusterKey key(String text) {
        return ClusterKey.of(Key.of(text), Namespace.DEFAULT);
    }

    static ClusterView view(long number, Peer... members) {
        return new ClusterView(new ViewId(number, members[0]), List.of(members));
    }

    static Who who(Peer peer, ClusterRules rules) {
        return new Who(
                "node-" + peer.high(),
                new UUID(peer.high(), peer.low()),
                rules.lease().length().toMillis(),
                rules.quorum());
    }

    static Moment at(double seconds) {
        long nanos = (long) (seconds * SECOND);
        return new Moment(nanos, 0, 1_000_000_000L + nanos / 1000);
    }

    static Held held(ClusterKey key, long token, Stage stage) {
        return new Held(key, token, token, stage);
    }

    static Term term(ClusterKey key, long token) {
        return new Term(key, token);
    }

    /** What of that kind is sent to that member. */
    static <T extends ClusterMessage> List<T> sent(List<Output> out, Peer to, Class<T> kind) {
        return only(out, Output.Send.class)
                .filter(send -> send.to().equals(to) && kind.isInstance(send.message()))
                .map(send -> kind.cast(send.message()))
                .toList();
    }

    static <T extends Output> Stream<T> only(List<Output> out, Class<T> kind) {
        return out.stream().filter(kind::isInstance).map(kind::cast);
    }
}
