package dev.highlander.cluster;

import java.util.function.Function;

/**
 * A kind of simulation.
 *
 * @param quorum whether the nodes have one
 * @param stormy whether the network splits, nodes freeze, and views are whatever detection makes of it; else nodes only come,
 *     leave and crash
 * @param protocol makes the nodes' protocol, the real one or one with a mistake
 * @param tooMany whether there may be more nodes than the quorum is made for
 * @param drift by how much the nodes' clocks are slow or fast at most
 */
record SimOptions(
        boolean quorum, boolean stormy, Function<SimNode, ClusterProtocol> protocol, boolean tooMany, double drift) {
    static SimOptions withQuorum() {
        return new SimOptions(true, true, SimNode::realProtocol, false, 0.09);
    }

    static SimOptions withoutQuorum() {
        return new SimOptions(false, true, SimNode::realProtocol, false, 0.09);
    }

    static SimOptions calm() {
        return new SimOptions(false, false, SimNode::realProtocol, false, 0.09);
    }

    SimOptions with(Function<SimNode, ClusterProtocol> mistaken) {
        return new SimOptions(quorum, stormy, mistaken, tooMany, drift);
    }

    SimOptions beyondTheQuorum() {
        return new SimOptions(quorum, stormy, protocol, true, drift);
    }

    SimOptions drift(double more) {
        return new SimOptions(quorum, stormy, protocol, tooMany, more);
    }
}
