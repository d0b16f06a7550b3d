package dev.highlander.cluster;

import java.util.List;

/**
 * Who is in the cluster, as one member sees it.
 *
 * @param members in the same order on all of them; the first one is the coordinator, which keeps the registry
 */
record ClusterView(ViewId id, List<Peer> members) {
    ClusterView {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("A view without members has nobody to install it.");
        }
    }

    Peer coordinator() {
        return members.get(0);
    }

    int size() {
        return members.size();
    }
}
