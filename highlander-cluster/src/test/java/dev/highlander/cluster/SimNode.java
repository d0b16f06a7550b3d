package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Who;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** One process: its clock, its protocol, and its children. */
final class SimNode {
    final SimWorld world;
    final Peer peer;
    final String name;
    final ClusterRules rules;
    final ClusterProtocol protocol;
    final Map<Long, SimChild> children = new HashMap<>();
    final Map<Long, ClusterKey> claims = new HashMap<>();
    final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final double rate;
    private final long offset;
    private final long wallOffset;
    private final long bornAt;
    private long leap;
    private long asleep;
    boolean alive = true;
    boolean frozen;
    boolean taking;
    long tickAt = Long.MAX_VALUE;

    SimNode(SimWorld world, Peer peer, String name, ClusterRules rules) {
        this.world = world;
        this.peer = peer;
        this.name = name;
        this.rules = rules;
        this.rate = 1 + (world.random.nextDouble() * 2 - 1) * world.options.drift();
        this.offset = world.random.nextInt(1_000_000_000);
        this.wallOffset = world.random.nextInt(200_000) - 100_000L;
        this.bornAt = world.now;
        this.protocol = world.options.protocol().apply(this);
    }

    static ClusterProtocol realProtocol(SimNode node) {
        return new ClusterProtocol(node.rules, node.who(), ConflictResolver.oldestTerm(), node.nanos());
    }

    Who who() {
        return new Who(
                name, new UUID(peer.high(), peer.low()), rules.lease().length().toMillis(), rules.quorum());
    }

    long nanos() {
        return offset + (long) ((world.now - bornAt - asleep) * rate);
    }

    Moment moment() {
        return new Moment(nanos(), leap, 1_000_000_000_000L + world.now / 1000 + wallOffset);
    }

    /** When this clock will show that time, if the machine does not sleep meanwhile. */
    long whenItIs(long nanos) {
        return nanos == Long.MAX_VALUE ? Long.MAX_VALUE : world.now + (long) (Math.max(0, nanos - nanos()) / rate) + 1;
    }

    void slept(long length) {
        asleep += length;
        leap += (long) (length * rate);
    }

    boolean isOver(SimChild child) {
        return nanos() >= child.trust.deadBy(rules.lease().nanos(), leap);
    }

    @Override
    public String toString() {
        return name;
    }
}
