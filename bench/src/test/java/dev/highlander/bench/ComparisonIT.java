package dev.highlander.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.drills.Fault;
import dev.highlander.drills.Takeover;
import dev.highlander.drills.Verdict;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** That the comparison can be made, which takes minutes; what it finds is for people to read. */
@EnabledIfSystemProperty(named = "highlander.drills", matches = "long", disabledReason = "only with -Pdrills")
class ComparisonIT {
    @TempDir
    Path logs;

    @Test
    void everyRivalIsKilledAndTakenOver() throws InterruptedException {
        Map<Rival, Verdict> verdicts = Comparison.run(List.of(Rival.values()), List.of(Fault.SIGKILL), 1, 1, logs);

        assertThat(verdicts).hasSize(Rival.values().length);
        verdicts.forEach((rival, verdict) -> assertThat(verdict.takeovers())
                .as(rival.title)
                .hasSize(1)
                .allMatch(Takeover::hit)
                .allMatch(takeover -> takeover.took().isPresent()));
        assertThat(Arrays.stream(Table.of(verdicts).split("\n")))
                .hasSize(2 + verdicts.size())
                .allMatch(row -> row.chars().filter(c -> c == '|').count() == 9);
    }
}
