package dev.highlander.cluster;

import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.testkit.LocksContract;
import java.util.UUID;

/** The contract of lock services, on a network inside this JVM. */
final class ClusterLocksContractTest extends LocksContract {
    private final String cluster = "contract-" + UUID.randomUUID();
    private final Loopback network = new Loopback();

    @Override
    protected Locks open(String node, Namespace namespace) {
        return ClusterLocks.builder()
                .transport(network.transport(node))
                .timings(Loopback.FAST)
                .namespace(namespace)
                .node(Node.named(node))
                .join(cluster);
    }
}
