package dev.highlander.drills;

import static dev.highlander.drills.Fault.CRASH;
import static dev.highlander.drills.Fault.FREEZE_GROUP;
import static dev.highlander.drills.Fault.FREEZE_NODE;
import static dev.highlander.drills.Fault.FREEZE_SHORT;
import static dev.highlander.drills.Fault.RESTART_FAST;
import static dev.highlander.drills.Fault.RESTART_IMMEDIATE;
import static dev.highlander.drills.Fault.SIGKILL;
import static dev.highlander.drills.Fault.SIGTERM;
import static dev.highlander.drills.Fault.SILENCE;
import static dev.highlander.drills.Fault.SILENCE_FROM_SERVER;
import static dev.highlander.drills.Fault.SILENCE_TO_SERVER;
import static dev.highlander.drills.Fault.TERMINATE_BACKEND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.drills.NodeArguments.Mode;
import dev.highlander.embedded.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Three JVMs, a real Postgres, faults on whoever runs the child, and the judge. In every build each kind of fault strikes
 * once or twice; with {@code -Pdrills} at least twenty times.
 */
class DrillIT {
    private final long seed = Drills.seed();

    /** Rows A1, B4, D4, D5, D6 and D10. */
    @Test
    void D5_noFaultMakesTwoRun() throws InterruptedException {
        List<Fault> faults = Drills.each(
                Drills.LONG ? 20 : 1,
                seed,
                SIGTERM,
                SIGKILL,
                FREEZE_NODE,
                FREEZE_SHORT,
                SILENCE,
                SILENCE_TO_SERVER,
                SILENCE_FROM_SERVER,
                TERMINATE_BACKEND,
                RESTART_FAST,
                RESTART_IMMEDIATE,
                CRASH);

        Verdict verdict = run("Faults on a task", DrillNode.class, Mode.TASK, faults);

        assertNeverTwo(verdict, faults);
    }

    @Test
    void D5_aFrozenNodeAndItsCommandDoNotMeetTheirSuccessor() throws InterruptedException {
        List<Fault> faults = Drills.each(Drills.LONG ? 20 : 2, seed, FREEZE_GROUP, SIGTERM);

        Verdict verdict = run("Faults on a command", DrillNode.class, Mode.COMMAND, faults);

        assertNeverTwo(verdict, faults);
    }

    /** Row B10: the line that a frozen task could not help writing is not written by one that asks before. */
    @Test
    void B10_whoeverMakesSureOfItsTermWritesNoStrayLine() throws InterruptedException {
        List<Fault> faults = Drills.each(Drills.LONG ? 20 : 2, seed, FREEZE_NODE);

        Verdict verdict =
                run("Faults on a task that makes sure of its term", DrillNode.class, Mode.CAREFUL_TASK, faults);

        assertNeverTwo(verdict, faults);
        assertThat(verdict.strays()).isEmpty();
    }

    /** What the silence of the judge above is worth. */
    @Test
    void theJudgeSeesTheOverlapsOfAHandWrittenLock() throws InterruptedException {
        List<Fault> faults =
                Drills.each(Drills.LONG ? 5 : 1, seed, SILENCE, FREEZE_NODE, TERMINATE_BACKEND, RESTART_IMMEDIATE);

        Verdict verdict = run("Faults on a hand-written lock", NaiveNode.class, Mode.TASK, faults);

        Drills.assertHit(verdict, faults);
        assertThat(faults)
                .allSatisfy(fault -> assertThat(verdict.overlapsAfter(fault))
                        .as("overlaps after " + fault)
                        .isNotEmpty()
                        .allMatch(nanos -> nanos > 0));
    }

    private Verdict run(String title, Class<?> node, Mode mode, List<Fault> faults) throws InterruptedException {
        Path logs = Drills.logs(node.getSimpleName() + "-" + mode);
        Verdict verdict;
        try (PostgresServer server = PostgresServer.start(18);
                Cluster cluster =
                        Cluster.start(server, new Cluster.Setup(node, mode, Drills.LEASE, logs), Listener.none())) {
            Drill drill = node == NaiveNode.class ? Drill.onNaive(cluster, seed) : Drill.on(cluster, seed);
            drill.run(faults);
            verdict = cluster.verdict();
        }
        System.out.println(Report.of(title + ", lease 1 s, seed " + seed, verdict));
        return verdict;
    }

    private static void assertNeverTwo(Verdict verdict, List<Fault> faults) {
        Drills.assertHit(verdict, faults);
        assertThat(verdict.overlaps()).as("overlaps").isEmpty();
        assertThat(verdict.stale()).as("stale lines").isEmpty();
        assertThat(verdict.outOfOrder()).as("tokens out of order").isEmpty();
        assertThat(verdict.takeovers())
                .filteredOn(takeover -> takeover.fault() != FREEZE_SHORT)
                .as("every fault but the short freeze is followed by a takeover")
                .allMatch(takeover -> takeover.took().isPresent());
    }
}
