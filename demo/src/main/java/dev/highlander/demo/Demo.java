package dev.highlander.demo;

import dev.highlander.demo.Paper.Ink;
import dev.highlander.drills.Cluster;
import dev.highlander.drills.Drill;
import dev.highlander.drills.DrillException;
import dev.highlander.drills.Fault;
import dev.highlander.drills.MachineClock;
import dev.highlander.drills.Report;
import dev.highlander.drills.Takeover;
import dev.highlander.drills.Verdict;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.PostgresServerException;
import dev.highlander.lock.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The story: three nodes, one job, one fault after the other, the verdict. */
final class Demo {
    static final int GOOD = 0;
    static final int BAD = 1;
    static final int NOT_CARRIED_OUT = 2;

    /** How long there is peace before each fault. */
    private static final long PEACE = 3_000_000_000L;

    private final Paper paper;
    private final Lease lease;
    private final List<Fault> story;
    private final Narrator narrator;
    private final Belongings belongings = new Belongings();

    Demo(Paper paper, Lease lease, List<Fault> story) {
        this.paper = paper;
        this.lease = lease;
        this.story = story;
        this.narrator = new Narrator(paper);
    }

    /** Returns the exit status. What was started is gone by then, and also if this JVM is told to end before. */
    int run() {
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread hook = new Thread(
                () -> {
                    if (!over.get()) {
                        interrupted.set(true);
                        paper.text(Ink.PLAIN, "Interrupted: everything that was started is stopped.");
                        belongings.close();
                    }
                },
                "demo-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        String problem;
        try {
            return tell();
        } catch (DrillException | PostgresServerException | IOException | UncheckedIOException e) {
            problem = e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = e.getMessage();
        } finally {
            belongings.close();
            over.set(true);
        }
        if (!interrupted.get()) { // else that is why
            paper.text(Ink.BAD, "The demo could not be carried out: " + problem);
        }
        return NOT_CARRIED_OUT;
    }

    private int tell() throws IOException, InterruptedException {
        paper.text(Ink.PLAIN, """
                One job, three nodes that all want to run it, a real Postgres 18, and a lease of %d s.
                There must never be two at work, and there must always be one again. The job takes a step every 5 ms,
                and makes sure of its term before each, as a job should that may not be done twice.
                """.formatted(lease.length().toSeconds()));
        paper.line(Ink.PLAIN, "Postgres starts");
        PostgresServer server = belongings.keep(PostgresServer.start(18));
        Path logs = belongings.keep(Files.createTempDirectory("highlander-demo-"));
        paper.line(Ink.PLAIN, server + " is up; three nodes start, each in a JVM of its own");
        Cluster cluster = belongings.keep(Cluster.of(server, lease, logs, narrator));
        ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
        try {
            var unused = ticker.scheduleAtFixedRate(narrator::tick, 1, 1, TimeUnit.SECONDS);
            Drill drill = Drill.on(cluster, new Random().nextLong());
            for (Fault fault : story) {
                cluster.awaitCalm(Duration.ofSeconds(60));
                MachineClock.until(MachineClock.nanos() + PEACE);
                drill.run(fault);
            }
            cluster.awaitCalm(Duration.ofSeconds(60));
            MachineClock.until(MachineClock.nanos() + PEACE);
        } finally {
            ticker.shutdownNow();
        }
        return verdict(cluster.verdict());
    }

    private int verdict(Verdict verdict) {
        boolean allTakenOver =
                verdict.takeovers().stream().filter(Takeover::hit).count() == story.size()
                        && verdict.takeovers().stream().allMatch(t -> t.took().isPresent());
        paper.text(Ink.PLAIN, Report.of("What the judge found in the logs of all processes", verdict));
        if (verdict.good() && allTakenOver) {
            paper.text(Ink.LOUD, "There was never more than one, and there was always one again.");
            return GOOD;
        }
        paper.text(Ink.BAD, verdict.good() ? "Somebody did not take over." : "There were two at once.");
        return BAD;
    }
}
