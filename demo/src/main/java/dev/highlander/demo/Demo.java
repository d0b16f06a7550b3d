package dev.highlander.demo;

import dev.highlander.demo.Chapter.Kind;
import dev.highlander.demo.Paper.Ink;
import dev.highlander.drills.DrillException;
import dev.highlander.drills.Fault;
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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** The demo: a Postgres, the story on it, perhaps twice, the verdict. */
final class Demo {
    static final int GOOD = 0;
    static final int BAD = 1;
    static final int NOT_CARRIED_OUT = 2;

    private final Paper paper;
    private final Lease lease;
    private final List<Fault> story;
    private final boolean besideNaive;
    private final Belongings belongings = new Belongings();

    /** With {@code besideNaive} the story is told of a lock by hand first. */
    Demo(Paper paper, Lease lease, List<Fault> story, boolean besideNaive) {
        this.paper = paper;
        this.lease = lease;
        this.story = List.copyOf(story);
        this.besideNaive = besideNaive;
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
        return besideNaive ? contrast(server, logs) : verdict(tell(Kind.HIGHLANDER, server, logs));
    }

    private int contrast(PostgresServer server, Path logs) throws InterruptedException {
        paper.text(Ink.LOUD, """

                First by hand: each node waits in pg_advisory_lock, keeps its connection alive, and works.
                After each fault the old one is killed, or the two would work on side by side for good.
                """);
        Verdict byHand = tell(Kind.BY_HAND, server, logs);
        paper.text(Ink.PLAIN, Report.of("What the judge found in the logs of the nodes with a lock by hand", byHand));
        paper.text(Ink.LOUD, """

                Now the same job and the same faults, with Highlander.
                """);
        Verdict highlander = tell(Kind.HIGHLANDER, server, logs);
        int status = verdict(highlander);
        paper.text(Ink.PLAIN, Contrast.of(story, byHand, highlander));
        if (byHand.overlaps().isEmpty()) {
            paper.text(Ink.BAD, "The judge saw no two at once by hand either, so that its silence proves nothing.");
            return BAD;
        }
        return status;
    }

    private Verdict tell(Kind kind, PostgresServer server, Path logs) throws InterruptedException {
        Chapter chapter = new Chapter(server, lease, story, new Narrator(paper));
        return chapter.tell(kind, logs.resolve(kind.name().toLowerCase(Locale.ROOT)), belongings);
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
