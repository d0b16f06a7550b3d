package dev.highlander.drills;

import static dev.highlander.drills.MachineClock.millis;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Lease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long a clean handover takes, beside one that is written by hand.
 *
 * <p>Two JVMs contend through Highlander and two by a blocking {@code pg_advisory_lock}, on one server. In turns the
 * holder of either pair is told to give way, so that both see the same machine at the same time. The same JVMs go on
 * throughout: the first rounds warm them and do not count. How to read the table:
 *
 * <ul>
 *   <li><i>STOP to START</i>: from the last line of the old body to the first of the new one, milliseconds.
 *   <li><i>told to START</i>: from the moment at which the holder was told, which includes the stopping of its body.
 *   <li><i>ratio</i>: Highlander's figure by that of the hand-written lock; the goal is 1 or less.
 * </ul>
 */
public final class Handover implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int WARM_UP = 10;
    private static final int ATTEMPTS = 5;

    /** After this time the one that gave way waits again. */
    private static final long REST = millis(250);

    private final Watch watch = new Watch(Listener.none());
    private final Side ours;
    private final Side naive;

    /**
     * Highlander's time from STOP to START by that of the hand-written lock.
     *
     * @param pairs of how many handovers
     * @param median of the medians
     * @param p95 of the 95th percentiles
     */
    record Ratio(int pairs, double median, double p95) {}

    /** Two processes that hand over to each other, and what it took. */
    private static final class Side {
        final List<NodeProcess> nodes;
        final List<Long> stopToStart = new ArrayList<>();
        final List<Long> toldToStart = new ArrayList<>();

        Side(List<NodeProcess> nodes) {
            this.nodes = List.copyOf(nodes);
        }
    }

    private Handover(PostgresServer server, Path directory) {
        ours = side("ours", DrillNode.class, server, directory);
        naive = side("naive", NaiveNode.class, server, directory);
    }

    /** Runs that many pairs, prints the table and returns the ratio. */
    static Ratio run(int pairs, Path directory) throws InterruptedException {
        try (PostgresServer server = PostgresServer.start(18);
                Handover handover = new Handover(server, directory)) {
            handover.alternate(WARM_UP);
            handover.forget();
            handover.alternate(pairs);
            System.out.println(handover.table());
            return handover.ratio();
        }
    }

    /** Argument: how many pairs, 50 unless given. */
    public static void main(String[] args) throws IOException, InterruptedException {
        run(args.length == 0 ? 50 : Integer.parseInt(args[0]), Files.createTempDirectory("handover"));
    }

    private Side side(String name, Class<?> main, PostgresServer server, Path directory) {
        List<NodeProcess> nodes = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            NodeProcess node = NodeProcess.start(
                    main,
                    new NodeArguments(
                            name + "-" + i,
                            server.url(),
                            directory.resolve(name + "-" + i + ".log"),
                            Lease.of(Duration.ofSeconds(2)),
                            1,
                            50,
                            NodeArguments.Mode.TASK));
            watch.follow(node);
            nodes.add(node);
        }
        return new Side(nodes);
    }

    private void alternate(int pairs) throws InterruptedException {
        for (Side side : List.of(ours, naive)) {
            watch.await(
                    "two contend",
                    LIMIT,
                    () -> side.nodes.stream()
                                    .allMatch(node -> watch.of(node.name()).ready())
                            && side.nodes.stream()
                                    .anyMatch(node ->
                                            watch.of(node.name()).running().isPresent()));
        }
        for (int i = 0; i < pairs; i++) {
            handOver(ours);
            handOver(naive);
        }
    }

    private void handOver(Side side) throws InterruptedException {
        for (int attempt = 1; !handedOver(side); attempt++) {
            if (attempt == ATTEMPTS) {
                throw new DrillException("Whoever gave way was the first to take the lock again, each of " + ATTEMPTS
                        + " times: this machine is too busy to measure anything.");
            }
        }
    }

    /** False when the other one was so slow that whoever had given way took the lock again: that says nothing. */
    private boolean handedOver(Side side) throws InterruptedException {
        MachineClock.until(MachineClock.nanos() + REST);
        NodeProcess holder = side.nodes.stream()
                .filter(node -> watch.of(node.name()).running().isPresent())
                .findFirst()
                .orElseThrow(() -> new DrillException("Nobody holds the lock."));
        NodeProcess other = side.nodes.get(1 - side.nodes.indexOf(holder));
        long told = MachineClock.nanos();
        holder.order(Orders.YIELD);
        watch.await(
                other.name() + " takes over",
                LIMIT,
                () -> watch.of(holder.name()).lastStart() > told
                        || (watch.of(other.name()).lastStart() > told
                                && watch.of(holder.name()).running().isEmpty()));
        if (watch.of(holder.name()).lastStart() > told) {
            return false;
        }
        long started = watch.of(other.name()).lastStart();
        side.stopToStart.add(started - watch.of(holder.name()).lastStop());
        side.toldToStart.add(started - told);
        return true;
    }

    private void forget() {
        for (Side side : List.of(ours, naive)) {
            side.stopToStart.clear();
            side.toldToStart.clear();
        }
    }

    private Ratio ratio() {
        Figures mine = Figures.of(ours.stopToStart);
        Figures hand = Figures.of(naive.stopToStart);
        return new Ratio(mine.count(), (double) mine.median() / hand.median(), (double) mine.p95() / hand.p95());
    }

    private String table() {
        Ratio ratio = ratio();
        return "\n### Clean handover, " + ratio.pairs + " alternated pairs\n\n"
                + "| | STOP to START, median ms | p95 | max | told to START, median ms | p95 | max |\n"
                + "|---|---|---|---|---|---|---|\n"
                + row("Highlander", ours)
                + row("blocking pg_advisory_lock by hand, warmed", naive)
                + String.format(Locale.ROOT, "| ratio | %.2f | %.2f | | | | |%n", ratio.median, ratio.p95);
    }

    private static String row(String name, Side side) {
        return "| " + name + " | " + Figures.of(side.stopToStart).cells() + " | "
                + Figures.of(side.toldToStart).cells() + " |\n";
    }

    @Override
    public void close() {
        ours.nodes.forEach(NodeProcess::close);
        naive.nodes.forEach(NodeProcess::close);
        watch.close();
    }
}
