package dev.highlander.cluster;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Nodes, what is between them, and time: everything that happens, in an order that the seed decides.
 *
 * <p>Of the network: a message arrives after a while, and in order between any two nodes; one that meets a cut arrives when
 * that is mended, or never. Of views: anybody makes one of whomever it reaches, with numbers that rise for each member; some
 * of its members hear of it late or not at all. Of nodes: they crash, come back as others, freeze with their child, and sleep
 * with their clock.
 */
final class SimWorld {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1000 * MILLI;
    static final Lease LEASE = Lease.of(Duration.ofSeconds(1));

    private record Event(long at, long order, Runnable what) {}

    final SimOptions options;
    final Random random;
    final List<SimNode> nodes = new ArrayList<>();
    final List<ClusterKey> keys = new ArrayList<>();
    final SimJudge judge;
    final @Nullable List<String> timeline;
    long now;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final Map<String, Link> links = new LinkedHashMap<>();
    private final Map<Peer, Integer> side = new HashMap<>();
    private final Map<Peer, Long> lastView = new HashMap<>();
    private final ClusterRules rules;
    private final int size;
    private long order;
    private long lastPeer;
    private long lastClaim;
    long count;

    SimWorld(long seed, SimOptions options, boolean traced) {
        this.options = options;
        this.random = new Random(seed * 31 + 17);
        this.timeline = traced ? new ArrayList<>() : null;
        int quorum = options.quorum() ? 2 + random.nextInt(2) : 0;
        this.rules = new ClusterRules(LEASE, quorum, SECOND);
        this.size = options.quorum()
                ? (options.tooMany() ? 2 * quorum : Math.max(quorum, 2 * quorum - 1 - random.nextInt(2)))
                : 2 + random.nextInt(4);
        for (int i = 0; i <= random.nextInt(3); i++) {
            keys.add(Cast.key("key-" + i));
        }
        this.judge = new SimJudge(this);
    }

    void log(String what) {
        if (timeline != null) {
            timeline.add(String.format("%9.3f %s", now / 1e9, what));
        }
    }

    void at(long when, Runnable what) {
        events.add(new Event(Math.max(when, now), order++, what));
    }

    long chance(long max) {
        return (long) (random.nextDouble() * max);
    }

    /** Runs until {@code end}, or until the judge has something against it. */
    void runUntil(long end) {
        while (!events.isEmpty() && events.peek().at <= end && judge.violation() == null) {
            Event next = events.poll();
            now = next.at;
            count++;
            next.what.run();
        }
        now = Math.max(now, end);
    }

    int size() {
        return size;
    }

    // Nodes.

    SimNode start() {
        Peer peer = new Peer(1 + random.nextInt(1000), ++lastPeer);
        SimNode node = new SimNode(this, peer, "node-" + lastPeer, rules);
        nodes.add(node);
        side.put(peer, 0);
        log("start " + node);
        for (ClusterKey key : keys) {
            for (int claims = random.nextInt(5) == 0 ? 2 : 1; claims > 0; claims--) {
                claim(node, key);
            }
        }
        view(List.of(node));
        return node;
    }

    void claim(SimNode node, ClusterKey key) {
        long claim = ++lastClaim;
        node.claims.put(claim, key);
        act(node, () -> node.protocol.claim(claim, key));
    }

    List<SimNode> alive() {
        return nodes.stream().filter(node -> node.alive).toList();
    }

    void crash(SimNode node) {
        log("crash " + node);
        node.alive = false;
        node.children.clear();
        node.waiting.clear();
    }

    void freeze(SimNode node, long length, boolean asleep) {
        if (node.frozen) {
            return;
        }
        node.frozen = true;
        log((asleep ? "sleep " : "freeze ") + node);
        at(now + length, () -> {
            if (!node.alive) {
                return;
            }
            node.frozen = false;
            if (asleep) {
                node.slept(length);
            }
            log("thaw " + node);
            // The watchdog's look comes before the child's next step.
            List.copyOf(node.children.values()).stream().filter(node::isOver).forEach(child -> down(node, child));
            judge.look(node);
            act(node, () -> node.protocol.tick(node.moment()));
            while (!node.waiting.isEmpty()) {
                node.waiting.poll().run();
            }
        });
    }

    /** Something happens on a node, now or once it is not frozen any more; what follows from it is done a moment later. */
    void act(SimNode node, Runnable what) {
        if (!node.alive) {
            return;
        }
        if (node.frozen) {
            node.waiting.add(() -> act(node, what));
            return;
        }
        what.run();
        if (!node.taking) {
            node.taking = true;
            at(now + chance(MILLI), () -> take(node));
        }
    }

    private void take(SimNode node) {
        if (node.frozen) {
            node.waiting.add(() -> take(node));
            return;
        }
        node.taking = false;
        if (!node.alive) {
            return;
        }
        for (Output output : node.protocol.take(node.moment())) {
            carryOut(node, output);
        }
        long tickAt = node.whenItIs(node.protocol.wakeAt());
        if (tickAt != Long.MAX_VALUE) {
            node.tickAt = tickAt;
            at(tickAt + chance(5 * MILLI), () -> {
                if (node.tickAt == tickAt) {
                    act(node, () -> node.protocol.tick(node.moment()));
                }
            });
        }
    }

    private void carryOut(SimNode node, Output output) {
        if (output instanceof Output.Send send) {
            send(node, send);
        } else if (output instanceof Output.Granted granted) {
            SimChild child =
                    new SimChild(granted.key(), granted.claim(), granted.hold(), granted.token(), granted.trust());
            if (!node.claims.containsKey(granted.claim()) || node.isOver(child)) {
                act(node, () -> node.protocol.release(granted.hold(), node.moment()));
                return;
            }
            log(node + " starts " + child.key + " " + child.token);
            node.children.put(child.hold, child);
            judge.started(node, child);
            watch(node, child);
            if (random.nextInt(3) == 0) {
                at(now + chance(3 * SECOND), () -> end(node, child));
            }
        } else if (output instanceof Output.Trusted trusted) {
            for (long hold : trusted.holds()) {
                SimChild child = node.children.get(hold);
                if (child != null && trusted.trust().at() > child.trust.at()) {
                    child.trust = trusted.trust();
                }
            }
        } else if (output instanceof Output.Lost lost) {
            log(node + " lost " + lost);
            SimChild child = node.children.get(lost.hold());
            if (child == null) {
                act(node, () -> node.protocol.release(lost.hold(), node.moment()));
            } else {
                judge.lost(lost.why());
                end(node, child);
            }
        } else if (output instanceof Output.Overlapping) {
            judge.receipt();
        } else if (output instanceof Output.Alarm alarm) {
            judge.alarm(alarm.problem().toString());
        }
    }

    /** The child ends on its own, or is told to: that takes it a while, and never longer than its lease. */
    private void end(SimNode node, SimChild child) {
        if (!child.stopping && node.alive) {
            child.stopping = true;
            at(now + chance(LEASE.stopBudget()), () -> act(node, () -> down(node, child)));
        }
    }

    private void watch(SimNode node, SimChild child) {
        long deadBy = child.trust.deadBy(LEASE.nanos(), node.moment().leap());
        at(node.whenItIs(deadBy), () -> {
            if (!node.alive || node.frozen || node.children.get(child.hold) != child) {
                if (node.frozen) {
                    node.waiting.add(() -> watch(node, child));
                }
            } else if (node.isOver(child)) {
                judge.lost(Loss.EXPIRED);
                down(node, child);
            } else {
                watch(node, child);
            }
        });
    }

    private void down(SimNode node, SimChild child) {
        if (node.children.remove(child.hold, child)) {
            log(node + " is down with " + child.key + " " + child.token);
            if (random.nextInt(10) == 0) {
                node.claims.remove(child.claim);
                act(node, () -> node.protocol.withdraw(child.claim));
                at(now + chance(2 * SECOND), () -> {
                    if (node.alive) {
                        claim(node, child.key);
                    }
                });
            }
            act(node, () -> node.protocol.release(child.hold, node.moment()));
        }
    }

    // The network.

    /** What is under way from one node to another, in order. */
    private static final class Link {
        private final SimNode from;
        private final SimNode to;
        private final ArrayDeque<Packet> packets = new ArrayDeque<>();
        private long lastArrival;

        Link(SimNode from, SimNode to) {
            this.from = from;
            this.to = to;
        }
    }

    private record Packet(long arrival, ClusterMessage message) {}

    private void send(SimNode from, Output.Send send) {
        SimNode to = nodes.stream()
                .filter(node -> node.peer.equals(send.to()))
                .findFirst()
                .orElseThrow();
        Link link = links.computeIfAbsent(from.name + ">" + to.name, name -> new Link(from, to));
        long delay = random.nextInt(20) == 0 ? chance(300 * MILLI) : chance(3 * MILLI);
        link.lastArrival = Math.max(link.lastArrival, now + delay);
        link.packets.add(new Packet(link.lastArrival, send.message()));
        at(link.lastArrival, () -> deliver(link));
    }

    private void deliver(Link link) {
        while (!link.packets.isEmpty() && link.packets.peek().arrival <= now && connected(link.from, link.to)) {
            ClusterMessage message = link.packets.poll().message;
            act(link.to, () -> link.to.protocol.heard(link.from.peer, message, link.to.moment()));
        }
    }

    void cut() {
        log("cut");
        alive().forEach(node -> side.put(node.peer, random.nextInt(2)));
        reconnect();
    }

    void mend() {
        log("mend");
        nodes.forEach(node -> side.put(node.peer, 0));
        reconnect();
    }

    /** What met a cut goes on where there is none any more, or is lost with all before it. */
    private void reconnect() {
        for (Link link : links.values()) {
            if (connected(link.from, link.to)) {
                if (random.nextBoolean()) {
                    link.packets.removeIf(packet -> packet.arrival <= now);
                }
                deliver(link);
            }
        }
    }

    boolean connected(SimNode one, SimNode other) {
        return side.get(one.peer).equals(side.get(other.peer));
    }

    // Views.

    /** The first of them makes a view of them all, and installs it; the others do when they hear of it, if they do. */
    void view(List<SimNode> members) {
        SimNode maker = members.get(0);
        if (maker.frozen || !maker.alive) {
            return;
        }
        long number = 1
                + members.stream()
                        .mapToLong(node -> lastView.getOrDefault(node.peer, 0L))
                        .max()
                        .orElse(0);
        ClusterView view = new ClusterView(
                new ViewId(number, maker.peer),
                members.stream().map(node -> node.peer).toList());
        log("view " + number + " of " + members);
        for (SimNode node : members) {
            long delay = node == maker ? 0 : random.nextInt(4) == 0 ? chance(400 * MILLI) : chance(5 * MILLI);
            at(
                    now + delay,
                    () -> act(node, () -> {
                        if (connected(maker, node) && lastView.getOrDefault(node.peer, 0L) < number) {
                            lastView.put(node.peer, number);
                            log(node + " installs " + number + " of " + maker);
                            node.protocol.installed(node.peer, view, node.moment());
                        }
                    }));
        }
    }
}
