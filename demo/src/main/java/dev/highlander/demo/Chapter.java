package dev.highlander.demo;

import dev.highlander.drills.Cluster;
import dev.highlander.drills.Drill;
import dev.highlander.drills.Fault;
import dev.highlander.drills.MachineClock;
import dev.highlander.drills.Verdict;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The story, told once: three nodes of one kind, one job, one fault after the other, and what the judge says.
 *
 * @param server where they get their lock
 * @param lease after which a silent node is given up
 * @param story the faults
 * @param narrator who tells it
 */
record Chapter(PostgresServer server, Lease lease, List<Fault> story, Narrator narrator) {
    /** How long there is peace before each fault. */
    private static final long PEACE = 3_000_000_000L;

    /** How long two that work at once are looked at. */
    private static final long LOOK = 2_500_000_000L;

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Who contends in a chapter. */
    enum Kind {
        /** Nodes with a lock that is written by hand. */
        BY_HAND,
        /** Nodes with Highlander. */
        HIGHLANDER
    }

    /** Tells it; the nodes are gone when it returns, or when {@code belongings} are closed meanwhile. */
    Verdict tell(Kind kind, Path logs, Belongings belongings) throws InterruptedException {
        long seed = new Random().nextLong();
        try (Cluster cluster = belongings.keep(
                switch (kind) {
                    case BY_HAND -> Cluster.byHand(server, lease, logs, narrator);
                    case HIGHLANDER -> Cluster.of(server, lease, logs, narrator);
                })) {
            play(
                    cluster,
                    switch (kind) {
                        case BY_HAND -> Drill.onNaive(cluster, seed).watchingFor(LOOK);
                        case HIGHLANDER -> Drill.on(cluster, seed);
                    });
            return cluster.verdict();
        }
    }

    private void play(Cluster cluster, Drill drill) throws InterruptedException {
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
        try {
            var unused = ticker.scheduleAtFixedRate(narrator::tick, 1, 1, TimeUnit.SECONDS);
            for (Fault fault : story) {
                cluster.awaitCalm(LIMIT);
                MachineClock.until(MachineClock.nanos() + PEACE);
                drill.run(fault);
            }
            cluster.awaitCalm(LIMIT);
            MachineClock.until(MachineClock.nanos() + PEACE);
        } finally {
            ticker.shutdownNow();
        }
    }
}
