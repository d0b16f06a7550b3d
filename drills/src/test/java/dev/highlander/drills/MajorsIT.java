package dev.highlander.drills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.drills.NodeArguments.Mode;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A short drill on each major of Postgres, with {@code -Pmajors}. */
@EnabledIfSystemProperty(named = "highlander.majors", matches = "all", disabledReason = "runs with -Pmajors")
class MajorsIT {
    private final long seed = Drills.seed();

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void D5_noFaultMakesTwoRunOnAnyMajor(int major) throws InterruptedException {
        List<Fault> faults = Drills.each(
                1,
                seed,
                Fault.SIGTERM,
                Fault.SIGKILL,
                Fault.FREEZE_NODE,
                Fault.SILENCE,
                Fault.TERMINATE_BACKEND,
                Fault.RESTART_FAST,
                Fault.CRASH,
                Fault.PROMOTION,
                Fault.PROMOTION_LOST_TAIL);
        Verdict verdict;
        try (Servers servers = Servers.pair(major);
                Cluster cluster = Cluster.start(
                        servers,
                        new Cluster.Setup(DrillNode.class, Mode.TASK, Drills.LEASE, Drills.logs("major-" + major)),
                        Listener.none())) {
            Drill.on(cluster, seed).run(faults);
            verdict = cluster.verdict();
        }
        System.out.println(Report.of("Postgres " + major + ", lease 1 s, seed " + seed, verdict));

        Drills.assertHit(verdict, faults);
        assertThat(verdict.good()).as(Report.sentence(verdict)).isTrue();
    }
}
