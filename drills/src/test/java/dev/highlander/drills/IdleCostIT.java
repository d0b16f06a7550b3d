package dev.highlander.drills;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdleCostIT {
    @Test
    void D3_oneConnectionAndAtMostTwoStatementsASecondWhateverTheNumberOfKeys() throws InterruptedException {
        List<IdleCost.Cost> costs = IdleCost.run(Drills.LONG ? 20 : 10, Drills.logs("idle-cost"));

        assertThat(costs).hasSize(6).allSatisfy(cost -> {
            assertThat(cost.connections()).as(cost.node()).isEqualTo(1);
            assertThat(cost.statements()).as(cost.node()).isPositive().isLessThanOrEqualTo(2);
        });
    }
}
