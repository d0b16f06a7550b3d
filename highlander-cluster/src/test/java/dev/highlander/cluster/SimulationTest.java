package dev.highlander.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two to five nodes with the real protocol, in a world where all goes wrong that the assumptions allow.
 *
 * <p>{@code -Dsim.seeds=N} runs more seeds, and {@code -Dsim.seed=N} with {@code -Dsim.mode=quorum|split|calm} shows one.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // of work alone, seconds; but machines are busy
class SimulationTest {
    private static final long SEEDS = Long.getLong("sim.seeds", 300);

    private int starts;
    private int overlaps;
    private int conflicts;
    private int receipts;
    private int expiries;

    private void run(SimOptions options) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Simulation.Outcome outcome = Simulation.run(seed, options);
            if (outcome.violation() != null) {
                fail("Seed " + seed + ": " + outcome.violation());
            }
            starts += outcome.seen().starts();
            overlaps += outcome.seen().overlaps();
            conflicts += outcome.seen().conflicts();
            receipts += outcome.seen().receipts();
            expiries += outcome.seen().expiries();
        }
        System.out.printf(
                "Simulation: %d seeds, %d starts, %d overlaps, %d conflicts, %d receipts, %d leases ended%n",
                SEEDS, starts, overlaps, conflicts, receipts, expiries);
    }

    @Test
    void E6_withAQuorumNeverTwoRunWhateverGoesWrongAndOneRunsSoonAfter() {
        run(SimOptions.withQuorum());

        assertThat(starts).as("children move about").isGreaterThan((int) (2 * SEEDS));
        assertThat(expiries).as("some outlived their quorum").isGreaterThan((int) SEEDS / 10);
        assertThat(conflicts).isZero();
    }

    @Test
    void E4_withoutAQuorumOneOfEachIsLeftWhateverWentWrong() {
        run(SimOptions.withoutQuorum());

        assertThat(overlaps).as("splits were real").isGreaterThan((int) SEEDS / 10);
        assertThat(conflicts).as("and healed").isGreaterThan((int) SEEDS / 10);
        assertThat(receipts).as("both sides were told").isGreaterThan((int) SEEDS / 10);
    }

    @Test
    void E2_withoutAQuorumNeverTwoRunWhileNodesComeAndGoAndCrash() {
        run(SimOptions.calm());

        assertThat(starts).isGreaterThan((int) (2 * SEEDS));
        assertThat(conflicts).isZero();
    }

    @Test
    void oneSeedDecidesEverything() {
        for (long seed = 0; seed < 20; seed++) {
            Simulation.Outcome one = Simulation.trace(seed, SimOptions.withQuorum());
            Simulation.Outcome other = Simulation.trace(seed, SimOptions.withQuorum());

            assertThat(other.timeline()).isEqualTo(one.timeline());
            assertThat(Simulation.run(seed, SimOptions.withQuorum()).events()).isEqualTo(one.events());
        }
    }

    @Test
    void oneSeedIsShown() {
        Long seed = Long.getLong("sim.seed");
        assumeTrue(seed != null, "with -Dsim.seed=N");
        SimOptions options = switch (System.getProperty("sim.mode", "quorum")) {
            case "split" -> SimOptions.withoutQuorum();
            case "calm" -> SimOptions.calm();
            default -> SimOptions.withQuorum();
        };
        Simulation.Outcome outcome = Simulation.trace(seed, options);
        System.out.println(String.join("\n", outcome.timeline()));
        assertThat(outcome.violation()).isNull();
    }
}
