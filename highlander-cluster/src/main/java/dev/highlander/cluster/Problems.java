package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Who;
import dev.highlander.lock.Condition.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** What can be wrong with a cluster, in words. */
final class Problems {
    private Problems() {}

    static Problem noQuorum(int members, int quorum) {
        return new Problem(
                "NO_QUORUM",
                "This node sees " + members + " of the " + quorum + " members that a grant takes, itself included.",
                "Start more nodes, or find out why they do not see each other; this node goes on trying.");
    }

    static Problem tooManyMembers(int members, int quorum) {
        return new Problem(
                "TOO_MANY_MEMBERS",
                "The cluster has " + members + " members, and a quorum of " + quorum + " is more than half of at most "
                        + (2 * quorum - 1) + ": nothing more is granted.",
                "Stop a node, or restart all of them with a quorum of " + (members / 2 + 1) + ".");
    }

    static Problem settingsDiffer(Who own, Who coordinator) {
        boolean lease = own.leaseMillis() != coordinator.leaseMillis();
        return new Problem(
                lease ? "LEASE_DIFFERS" : "QUORUM_DIFFERS",
                "The node " + coordinator.node() + ", which keeps the registry of this cluster, has "
                        + (lease
                                ? "a lease of " + coordinator.leaseMillis() + " ms, and this node one of "
                                        + own.leaseMillis() + " ms."
                                : quorum(coordinator.quorum()) + ", and this node " + quorum(own.quorum()) + "."),
                "Give all nodes of a cluster the same " + (lease ? "lease." : "quorum."));
    }

    private static String quorum(int quorum) {
        return quorum == 0 ? "no quorum" : "a quorum of " + quorum;
    }

    static Problem twoHolders(ClusterKey key, List<Contender> terms) {
        return new Problem(
                "TWO_HOLDERS",
                "The key " + key + " was held by "
                        + terms.stream().map(Contender::node).collect(Collectors.joining(" and "))
                        + " at once, which a quorum excludes. All of them are stopped.",
                "See that the cluster never has two members or more for each one of the quorum, that clocks run at the"
                        + " same rate within 10 %, and that children end when they are told to.");
    }

    static Problem notSealed(String from) {
        return new Problem(
                "WRONG_SECRET",
                "A message from " + from
                        + " is not sealed with this cluster's name and secret, and is not read. That node"
                        + " can't join, and makes a cluster of its own.",
                "Give all nodes of a cluster the same name and secret, and keep strangers from its port.");
    }

    static Problem foreignBytes(String from, String what) {
        return new Problem(
                "FOREIGN_MESSAGE",
                "A message from " + from + " can't be read: " + what + ".",
                "Run the same version of Highlander on all nodes, and nothing else under this cluster's name.");
    }

    static Problem alone(String peers) {
        return new Problem(
                "ALONE",
                "None of the peers " + peers
                        + " was found: this node makes a cluster of its own, and runs what it claims.",
                "Start the others, or see that they listen there, with the same cluster name and secret; they are looked for"
                        + " from now on, too.");
    }

    static Problem cannotJoin(String where, String why) {
        return new Problem(
                "CANNOT_JOIN",
                "This node can't join the cluster from " + where + ": " + why + ".",
                "Bind to an address of this machine and a port that is free; this node tries again.");
    }

    static Problem left() {
        return new Problem(
                "LEFT",
                "The channel to the cluster is closed.",
                "Nothing, if it was closed on purpose; else connect it again and open new locks on it.");
    }

    static Problem resolverFailed(ClusterKey key, String how) {
        return new Problem(
                "RESOLVER_FAILED",
                "The resolver of conflicts gave no winner for the key " + key + ": " + how + ". The oldest term wins.",
                "Mend the resolver: it has to return one of the terms that it is given.");
    }
}
