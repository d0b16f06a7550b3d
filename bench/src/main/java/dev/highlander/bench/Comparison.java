package dev.highlander.bench;

import dev.highlander.drills.Cluster;
import dev.highlander.drills.Drill;
import dev.highlander.drills.Fault;
import dev.highlander.drills.Listener;
import dev.highlander.drills.NodeArguments;
import dev.highlander.drills.Verdict;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The same faults on each rival: three JVMs, one server, the same job, the same judge, and the same time after which a
 * silent holder is given up.
 */
final class Comparison {
    /** After this time without a sign of life each of them gives a holder up. */
    static final Lease LEASE = Lease.of(Duration.ofSeconds(2));

    /** For how long whoever was frozen or cut off is watched after it is back: twice the lease. */
    static final long LOOK = 4_000_000_000L;

    /** Before each fault: a JVM that has just begun takes over more slowly, and some rivals' nodes begin more often. */
    private static final long CALM = 2_000_000_000L;

    static final List<Fault> FAULTS =
            List.of(Fault.SIGTERM, Fault.SIGKILL, Fault.FREEZE_NODE, Fault.SILENCE, Fault.RESTART_IMMEDIATE);

    private Comparison() {}

    /** Each fault {@code rounds} times on each rival, in an order that {@code seed} shuffles. */
    static Map<Rival, Verdict> run(List<Rival> rivals, List<Fault> kinds, int rounds, long seed, Path logs)
            throws InterruptedException {
        Map<Rival, Verdict> verdicts = new EnumMap<>(Rival.class);
        try (PostgresServer server = PostgresServer.start(18)) {
            for (Rival rival : rivals) {
                System.err.println("highlander bench: " + rival);
                List<Fault> faults = new ArrayList<>();
                for (int round = 0; round < rounds; round++) {
                    faults.addAll(kinds);
                }
                Collections.shuffle(faults, new Random(seed));
                verdicts.put(rival, run(rival, faults, seed, server, logs.resolve(rival.name())));
            }
        }
        return verdicts;
    }

    private static Verdict run(Rival rival, List<Fault> faults, long seed, PostgresServer server, Path logs)
            throws InterruptedException {
        Cluster.Setup setup = new Cluster.Setup(rival.node, NodeArguments.Mode.TASK, LEASE, logs);
        try (Cluster cluster = Cluster.start(server, setup, Listener.none())) {
            Drill drill = rival.mayWorkOn() ? Drill.onNaive(cluster, seed).watchingFor(LOOK) : Drill.on(cluster, seed);
            drill.afterCalmOf(CALM).run(faults);
            return cluster.verdict();
        }
    }
}
