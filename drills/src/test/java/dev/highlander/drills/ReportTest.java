package dev.highlander.drills;

import static dev.highlander.drills.MachineClock.millis;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void aRowForEachKindOfFaultWithTheOverlapsThatFollowedIt() {
        Verdict verdict = new Verdict(
                4,
                List.of(new Overlap("a", "b", millis(1100), millis(7)), new Overlap("b", "c", millis(3000), millis(3))),
                List.of(),
                List.of(),
                List.of(),
                List.of(
                        takeover(Fault.SIGKILL, 1000, true, 50, 20),
                        takeover(Fault.SIGKILL, 2000, true, 150, 30),
                        takeover(Fault.SIGTERM, 4000, true, 2, 1),
                        takeover(Fault.SIGTERM, 5000, false, 900, 900)));

        String report = Report.of("Drill", verdict);

        assertThat(report)
                .contains("| SIGTERM to the node | 1 | 1 | 2.0 | 2.0 | 2.0 | 1.0 | 1.0 | 0 | 0 |")
                .contains("| SIGKILL to the node | 2 | 2 | 100 | 150 | 150 | 25.0 | 30.0 | 7.0 | 10.0 |")
                .contains("3 faults on a running child, 4 terms: overlap 10.0 ms in all, at most 7.0 ms at once;")
                .doesNotContain("pg_terminate_backend");
    }

    @Test
    void aFaultThatTheChildSurvivedHasNoTakeover() {
        Takeover survived = new Takeover(Fault.FREEZE_SHORT, 0, "a", true, OptionalLong.empty(), OptionalLong.empty());
        Verdict verdict = new Verdict(1, List.of(), List.of(), List.of(), List.of(), List.of(survived));

        assertThat(Report.of("Drill", verdict))
                .contains("| node frozen for half a lease | 1 | 0 | – | – | – | – | – | 0 | 0 |");
    }

    @Test
    void the95thPercentileIsOfTheNearestRank() {
        Figures figures = Figures.of(
                List.of(5L, 1L, 4L, 2L, 3L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L));

        assertThat(figures.p95()).isEqualTo(19);
        assertThat(figures.max()).isEqualTo(20);
        assertThat(figures.median()).isEqualTo(10);
    }

    private static Takeover takeover(Fault fault, long at, boolean hit, long took, long idle) {
        return new Takeover(fault, millis(at), "a", hit, OptionalLong.of(millis(took)), OptionalLong.of(millis(idle)));
    }
}
