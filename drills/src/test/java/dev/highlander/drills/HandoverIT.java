package dev.highlander.drills;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandoverIT {
    /** Prints the table; that it is fast is said by people who read it on a quiet machine. */
    @Test
    void D9_aCleanHandoverBesideABlockingLock() throws InterruptedException {
        int pairs = Drills.LONG ? 60 : 10;

        Handover.Ratio ratio = Handover.run(pairs, Drills.logs("handover"));

        assertThat(ratio.pairs()).isEqualTo(pairs);
        assertThat(ratio.median()).isPositive();
    }
}
