package dev.highlander.drills;

import static dev.highlander.drills.Fault.CRASH;
import static dev.highlander.drills.Fault.FREEZE_GROUP;
import static dev.highlander.drills.Fault.FREEZE_NODE;
import static dev.highlander.drills.Fault.FREEZE_SHORT;
import static dev.highlander.drills.Fault.PROMOTION;
import static dev.highlander.drills.Fault.PROMOTION_LOST_TAIL;
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
import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.postgres.DatabaseUrl;
import dev.highlander.postgres.PostgresLocks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three JVMs, a real Postgres, faults on whoever runs the child, and the judge. In every build each kind of fault strikes
 * once or twice; with {@code -Pdrills} at least twenty times.
 */
class DrillIT {
    private static final String URL = "postgres://127.0.0.1/drills";

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
        BoundsKept kept = BoundsKept.of(verdict, PostgresLocks.guarantee(DatabaseUrl.parse(URL), Drills.LEASE));
        System.out.println(kept);
        assertThat(kept.checked()).contains(Mishap.CRASH, Mishap.HANG, Mishap.PARTITION);
        if (Drills.LONG) {
            assertThat(kept.broken(longestPoll())).isEmpty();
        }
    }

    /** Rows D5 and D10: the server that granted is gone for good, and in half of the promotions with all of the last term. */
    @ParameterizedTest(name = "with a ledger: {0}")
    @MethodSource("withAndWithoutLedger")
    void D5_noPromotionAndNoCrashMakesTwoRun(boolean ledger) throws InterruptedException {
        List<Fault> faults = Drills.LONG
                ? Drills.each(50, seed, PROMOTION, PROMOTION_LOST_TAIL, RESTART_IMMEDIATE, CRASH)
                : List.of(PROMOTION, PROMOTION_LOST_TAIL, CRASH);
        Cluster.Setup setup =
                new Cluster.Setup(DrillNode.class, Mode.TASK, Drills.LEASE, Drills.logs("promotions"), ledger);
        Verdict verdict;
        try (Servers servers = Servers.pair(18);
                Cluster cluster = Cluster.start(servers, setup, Listener.none())) {
            Drill.on(cluster, seed).run(faults);
            verdict = cluster.verdict();
        }
        System.out.println(Report.of(
                "Promotions and crashes, two hosts, lease 1 s, " + (ledger ? "with" : "without") + " a ledger, seed "
                        + seed,
                verdict));

        assertNeverTwo(verdict, faults);
    }

    private static Stream<Boolean> withAndWithoutLedger() {
        return Drills.LONG ? Stream.of(false, true) : Stream.of(true);
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

    /** From one look at a key to the next, where a lease is as short as here: three quarters of it. */
    private static Duration longestPoll() {
        return Drills.LEASE.length().multipliedBy(3).dividedBy(4);
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
