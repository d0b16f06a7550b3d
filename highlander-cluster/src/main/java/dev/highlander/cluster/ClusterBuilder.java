package dev.highlander.cluster;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.time.Time;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jgroups.JChannel;
import org.jgroups.fork.ForkChannel;
import org.jgroups.stack.Protocol;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;

/** Settings for {@link ClusterLocks}; used by one thread. */
public final class ClusterBuilder {
    /** How many ports from {@link HostPort#DEFAULT_PORT} on are tried, and looked at, where none are given. */
    private static final int PORTS = 8;

    private static final int SHORTEST_SECRET = 16;

    private List<HostPort> peers = List.of();
    private @Nullable HostPort bind;
    private @Nullable String secret;
    private boolean insecure;
    private int quorum;
    private ConflictResolver resolver = ConflictResolver.oldestTerm();
    private Detection detection = Detection.NORMAL;
    private @Nullable Timings timings;
    private @Nullable Lease lease;
    private Namespace namespace = Namespace.DEFAULT;
    private @Nullable Node node;
    private Time time = Time.system();
    private @Nullable JChannel channel;
    private @Nullable Supplier<List<Protocol>> transport;

    ClusterBuilder() {}

    /**
     * Where other nodes are, each as {@code host:port}: not all of them, but so many that one of them is there whenever a
     * node starts. This node's own address may be among them. On this machine alone unless given.
     *
     * @throws IllegalArgumentException if one of them is no address
     */
    public ClusterBuilder peers(String... addresses) {
        return peers(List.of(addresses));
    }

    /** The same as a list. */
    public ClusterBuilder peers(List<String> addresses) {
        List<HostPort> parsed = new ArrayList<>();
        for (String address : addresses) {
            parsed.add(HostPort.parse("peer", address));
        }
        peers = List.copyOf(parsed);
        return this;
    }

    /**
     * The address of this machine, as {@code host:port}, at which the others find this node; {@code localhost} and the first
     * free port from 7800 on unless given. Any other than a loopback address takes a {@link #secret}, or {@link #insecure}.
     *
     * @throws IllegalArgumentException if it is no address
     */
    public ClusterBuilder bind(String address) {
        bind = HostPort.parse("address to bind to", address);
        return this;
    }

    /**
     * What all nodes of the cluster know and nobody else does: all they say to each other is encrypted and authenticated
     * with it, and who does not know it can't join.
     *
     * @throws IllegalArgumentException if it has fewer than 16 characters
     */
    public ClusterBuilder secret(String shared) {
        if (shared.length() < SHORTEST_SECRET) {
            throw new IllegalArgumentException("The secret has " + shared.length() + " characters. Use "
                    + SHORTEST_SECRET + " or more, drawn at random.");
        }
        secret = shared;
        return this;
    }

    /** Talks in the clear, to whoever comes, on other than loopback addresses too. */
    public ClusterBuilder insecure() {
        insecure = true;
        return this;
    }

    /**
     * How many members, this node included, a grant takes: more than half of the most that may ever be in the cluster at
     * once. None unless given. The same on all nodes.
     *
     * @throws IllegalArgumentException if it is less than two
     */
    public ClusterBuilder quorum(int members) {
        if (members < 2) {
            throw new IllegalArgumentException("A quorum of " + members + " excludes nothing. Use more than half of the"
                    + " most members that there may be: 2 of 3, 3 of 5.");
        }
        quorum = members;
        return this;
    }

    /** Who decides which of two terms goes on after a split; {@link ConflictResolver#oldestTerm} unless given. */
    public ClusterBuilder resolver(ConflictResolver which) {
        resolver = Objects.requireNonNull(which, "resolver");
        return this;
    }

    /** How fast silent members are given up; {@link Detection#NORMAL} unless given. The same on all nodes. */
    public ClusterBuilder detection(Detection how) {
        detection = Objects.requireNonNull(how, "detection");
        return this;
    }

    /**
     * For how long a check is trusted; {@link Detection#silence} unless given. The same on all nodes. Without a quorum it
     * can't be longer than that: a node that was frozen for so long has to know that others have taken over.
     */
    public ClusterBuilder lease(Lease length) {
        lease = Objects.requireNonNull(length, "lease");
        return this;
    }

    /** What keeps keys apart from other applications'; {@link Namespace#DEFAULT} unless given. */
    public ClusterBuilder namespace(Namespace of) {
        namespace = Objects.requireNonNull(of, "namespace");
        return this;
    }

    /** This process; {@link Node#here()} unless given. */
    public ClusterBuilder node(Node name) {
        node = Objects.requireNonNull(name, "node");
        return this;
    }

    /** The clocks to go by; the system's unless given. JGroups goes by the system's own in any case. */
    public ClusterBuilder time(Time clocks) {
        time = Objects.requireNonNull(clocks, "time");
        return this;
    }

    /**
     * On a channel of yours, which stays yours to connect, configure and close: a channel of its own is put on top of it, so
     * neither hears the other. It has to be connected. How it finds failures and members, and who may join, is its own affair;
     * {@link #detection} should say the same.
     */
    public ClusterBuilder on(JChannel connected) {
        channel = Objects.requireNonNull(connected, "channel");
        return this;
    }

    /** Instead of connections: a transport, and how members are found on it, from the bottom up. */
    ClusterBuilder transport(Supplier<List<Protocol>> fresh) {
        transport = fresh;
        return this;
    }

    ClusterBuilder timings(Timings own) {
        timings = own;
        return this;
    }

    /**
     * Joins the cluster of that name, or begins it. Returns at once, before anybody is found.
     *
     * @throws IllegalArgumentException if these settings contradict each other, or leave a cluster open to strangers
     */
    public ClusterLocks join(String cluster) {
        if (cluster.isBlank()) {
            throw new IllegalArgumentException("The cluster's name is empty. Give it at least one visible character.");
        }
        Timings used = timings == null ? detection.timings() : timings;
        Lease length = lease == null ? new Lease(used.silence()) : lease;
        if (quorum == 0 && length.length().compareTo(used.silence()) > 0) {
            throw new IllegalArgumentException("The lease of " + length.length().toMillis()
                    + " ms is longer than the " + used.silence().toMillis()
                    + " ms after which a silent node is given up: it would not know that others have taken over. Use a"
                    + " shorter lease, a slower detection, or a quorum.");
        }
        Node named = node == null ? Node.here() : node;
        ClusterRules rules = new ClusterRules(length, quorum, used.discovery().toNanos());
        JChannel base = channel;
        if (base != null) {
            if (!base.isConnected()) {
                throw new IllegalArgumentException(
                        "The channel is not connected. Connect it before the locks are opened on it.");
            }
            return new ClusterLocks(
                    named,
                    namespace,
                    rules,
                    resolver,
                    time,
                    "on the channel of " + base.getClusterName(),
                    null,
                    (events, alarm) -> new Link(fork(base, cluster), cluster, events));
        }
        HostPort own = bind == null ? new HostPort("localhost", HostPort.DEFAULT_PORT) : bind;
        String where = cluster + " at " + own;
        String shared = secret;
        Supplier<List<Protocol>> made = transport == null ? tcp(own) : transport;
        String expected = peers.size() < 2
                ? null
                : String.join(", ", peers.stream().map(HostPort::toString).toList());
        return new ClusterLocks(named, namespace, rules, resolver, time, where, expected, (events, alarm) -> {
            Seal seal = shared == null ? null : new Seal(shared, cluster, alarm);
            return new Link(Stack.channel(named.name(), made.get(), seal, used), cluster, events);
        });
    }

    private static ForkChannel fork(JChannel base, String cluster) throws Exception {
        Class<? extends Protocol> top = base.getProtocolStack().getTopProtocol().getClass();
        return new ForkChannel(base, "highlander", cluster, true, ProtocolStack.Position.ABOVE, top);
    }

    private Supplier<List<Protocol>> tcp(HostPort own) {
        InetSocketAddress address = own.resolve("address to bind to");
        List<InetSocketAddress> others = new ArrayList<>();
        for (HostPort peer : peers) {
            others.add(peer.resolve("peer"));
        }
        boolean open = !address.getAddress().isLoopbackAddress();
        if (open && secret == null && !insecure) {
            throw new IllegalArgumentException(
                    "The address " + own + " is open to other machines, and there is no secret:"
                            + " whoever reaches it could take every key. Give a secret(...), or say insecure().");
        }
        for (InetSocketAddress other : others) {
            if (!open && !other.getAddress().isLoopbackAddress()) {
                throw new IllegalArgumentException("The peer " + other.getHostString() + ":" + other.getPort()
                        + " is on another machine, and could not answer to " + own
                        + ". Give bind(...) an address of this machine that it can reach.");
            }
        }
        if (others.isEmpty()) {
            for (int i = 0; i < PORTS; i++) {
                others.add(new InetSocketAddress(address.getAddress(), own.port() + i));
            }
        }
        int range = bind == null ? PORTS - 1 : 0;
        return () -> Stack.tcp(address.getAddress(), own.port(), range, others);
    }
}
