package dev.highlander.drills;

import dev.highlander.drills.Marker.What;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Three nodes, each in a process of its own with a wire of its own to each server; whoever dies is replaced. */
public final class Cluster implements AutoCloseable {
    /** How long a JVM may take to start and to connect on a busy machine. */
    static final Duration START_LIMIT = Duration.ofSeconds(30);

    private static final int SIZE = 3;

    private static final long COMMAND_PERIOD = 40;

    private final Servers servers;
    private final String database;
    private final Setup setup;
    private final Listener listener;
    private final Watch watch;
    private final List<Place> places = new ArrayList<>();
    private final List<Marker> markers = new ArrayList<>();
    private volatile boolean closed;

    /** A node's place, and who has it at present. */
    private static final class Place {
        final int number;
        final List<SilentProxy> wires;
        int generation;
        volatile NodeProcess node;

        Place(int number, List<SilentProxy> wires, NodeProcess node) {
            this.number = number;
            this.wires = wires;
            this.node = node;
        }
    }

    /**
     * What runs.
     *
     * @param main the node's program
     * @param mode what it runs under the key
     * @param lease of the locks
     * @param directory where the logs go
     * @param ledger whether the nodes keep the ledger
     */
    public record Setup(Class<?> main, NodeArguments.Mode mode, Lease lease, Path directory, boolean ledger) {
        /** Without a ledger. */
        public Setup(Class<?> main, NodeArguments.Mode mode, Lease lease, Path directory) {
            this(main, mode, lease, directory, false);
        }
    }

    private Cluster(Servers servers, Setup setup, Listener listener) {
        this.servers = servers;
        this.database = servers.primary().newDatabase();
        this.setup = setup;
        this.listener = listener;
        this.watch = new Watch(listener);
        try {
            Files.createDirectories(setup.directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int number = 1; number <= SIZE; number++) {
            List<SilentProxy> wires = servers.all().stream()
                    .map(server -> new SilentProxy(server.port()))
                    .toList();
            places.add(new Place(number, wires, start("node-" + number, wires)));
        }
    }

    /** Three nodes that contend through Highlander and run a task that makes sure of its term before each step. */
    public static Cluster of(PostgresServer server, Lease lease, Path directory, Listener listener) {
        return start(server, new Setup(DrillNode.class, NodeArguments.Mode.CAREFUL_TASK, lease, directory), listener);
    }

    /** Three nodes that hold a {@code pg_advisory_lock} by hand, for comparison. */
    public static Cluster byHand(PostgresServer server, Lease lease, Path directory, Listener listener) {
        return start(server, new Setup(NaiveNode.class, NodeArguments.Mode.TASK, lease, directory), listener);
    }

    /** Three nodes of any kind. */
    public static Cluster start(PostgresServer server, Setup setup, Listener listener) {
        return start(Servers.of(server), setup, listener);
    }

    /** Three nodes of any kind, which know each of the servers and look for the primary among them. */
    public static Cluster start(Servers servers, Setup setup, Listener listener) {
        return new Cluster(servers, setup, listener);
    }

    private NodeProcess start(String name, List<SilentProxy> wires) {
        String url = servers.url(database, wires.stream().map(SilentProxy::port).toList());
        NodeProcess node = NodeProcess.start(
                setup.main,
                new NodeArguments(
                        name,
                        url,
                        setup.directory.resolve(name + ".log"),
                        setup.lease,
                        1,
                        setup.mode == NodeArguments.Mode.COMMAND ? COMMAND_PERIOD : Body.PERIOD / 1_000_000,
                        setup.mode,
                        setup.ledger));
        if (closed) { // by a shutdown hook, meanwhile
            node.close();
        }
        watch.follow(node);
        return node;
    }

    PostgresServer server() {
        return servers.primary();
    }

    Servers servers() {
        return servers;
    }

    String database() {
        return database;
    }

    Lease lease() {
        return setup.lease;
    }

    Watch watch() {
        return watch;
    }

    List<NodeProcess> nodes() {
        return places.stream().map(place -> place.node).toList();
    }

    List<SilentProxy> wires(NodeProcess node) {
        return place(node).wires;
    }

    private Place place(NodeProcess node) {
        return places.stream()
                .filter(place -> place.node == node)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(node.name() + " has been replaced."));
    }

    /** Notes what was done to a node, now. */
    long mark(What what, NodeProcess node, Fault fault) {
        Marker marker = new Marker(MachineClock.nanos(), what, node.name(), fault);
        synchronized (markers) {
            markers.add(marker);
        }
        try {
            Files.writeString(
                    setup.directory.resolve("faults.log"),
                    marker.at() + " " + what + " " + node.name() + " " + fault.name() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        listener.did(marker);
        return marker.at();
    }

    /** Waits until all nodes contend and exactly one of them is at work, and returns that one. */
    public NodeProcess awaitCalm(Duration max) throws InterruptedException {
        watch.await("three nodes contend and one works", max, () -> atWork().size() == 1 && allReady());
        return atWork().get(0);
    }

    private boolean allReady() {
        requireAlive();
        return nodes().stream().allMatch(node -> watch.of(node.name()).ready());
    }

    private void requireAlive() {
        for (NodeProcess node : nodes()) {
            if (!node.isAlive()) {
                throw new DrillException(
                        node.name() + " has ended by itself; see its .out in " + setup.directory + ".");
            }
        }
    }

    /** The nodes whose body has written just now. */
    private List<NodeProcess> atWork() {
        long fresh = MachineClock.nanos() - Judge.FRESH / 2;
        return nodes().stream()
                .filter(node -> watch.of(node.name()).lastRun() >= fresh
                        && watch.of(node.name()).running().isPresent())
                .toList();
    }

    boolean isAtWork(NodeProcess node) {
        return atWork().equals(List.of(node));
    }

    /** The node whose body began last. */
    Optional<NodeProcess> newest() {
        return nodes().stream()
                .max(Comparator.comparingLong(node -> watch.of(node.name()).lastStart()));
    }

    /** Waits for the end of a node, notes it, and starts another in its place. */
    void replace(NodeProcess node, Fault fault) throws InterruptedException {
        if (!node.awaitEnd(Duration.ofSeconds(20))) {
            throw new DrillException(node.name() + " does not end after " + fault + ".");
        }
        mark(What.DEAD, node, fault);
        Place place = place(node);
        place.generation++;
        place.node = start("node-" + place.number + "." + place.generation, place.wires);
    }

    /** What the judge says so far. */
    public Verdict verdict() {
        synchronized (markers) {
            return Judge.judge(watch.logs(), List.copyOf(markers));
        }
    }

    /** Kills all nodes, frozen ones too; safe to call from a shutdown hook, and more than once. */
    @Override
    public void close() {
        closed = true;
        nodes().forEach(NodeProcess::close);
        places.forEach(place -> place.wires.forEach(SilentProxy::close));
        watch.close();
    }
}
