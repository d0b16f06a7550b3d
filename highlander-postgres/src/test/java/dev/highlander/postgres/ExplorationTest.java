package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.postgres.ExploreConfig.Fault;
import dev.highlander.postgres.ExploreConfig.Promise;
import dev.highlander.postgres.ExploreConfig.Way;
import dev.highlander.postgres.ExploreNode.Seen;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every interleaving of the real core and the real protocol on a few nodes with a few faults: see {@code docs/spec}.
 *
 * <p>{@code -Dexplore=nodes,steps,faults,terms} explores that instead, and names of {@link Way} may follow; with
 * {@code -Dexplore.show=true} {@link ExploreMutantsTest} prints the shortest way to two children for each mistake.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ExplorationTest {
    private static final String OTHER = System.getProperty("explore");

    private static Exploration.Outcome explore(ExploreConfig config) {
        Exploration.Outcome outcome = Exploration.of(config);
        System.out.println("Exploration of " + outcome.account());
        assertThat(outcome.violation()).as(outcome.account()).isNull();
        return outcome;
    }

    private static void assertReached(Exploration.Outcome outcome, Seen... what) {
        for (Seen one : what) {
            assertThat(outcome.seen().get(one)).as("%s", one).isPositive();
        }
    }

    @Test
    void twoNodesWithTwoFaults() {
        assumeTrue(OTHER == null, "another exploration is asked for");
        Exploration.Outcome outcome = explore(ExploreConfig.of(2, 2, 2, 2, Way.AFTER_A_CLEAN_RELEASE));

        assertThat(outcome.takeoversByEvidence()).isPositive();
        assertThat(outcome.takeoversBySettle()).isPositive();
        for (Fault fault : Fault.values()) {
            assertThat(outcome.faults().get(fault)).as("%s", fault).isPositive();
        }
        assertReached(
                outcome,
                Seen.STARTED_AGAIN_IN_PLACE,
                Seen.LOST_WHILE_SETTLING,
                Seen.LOST_WHILE_RUNNING,
                Seen.LOST_WHILE_STOPPING,
                Seen.LEASE_ENDED_WHILE_SETTLING,
                Seen.LEASE_ENDED_WHILE_RUNNING,
                Seen.STUCK,
                Seen.HALTED,
                Seen.DISTRUSTED,
                Seen.RELEASED,
                Seen.STEPPED_DOWN,
                Seen.CLOSED);
    }

    @Test
    void threeNodesWithOneFaultOverThreeTerms() {
        assumeTrue(OTHER == null, "another exploration is asked for");
        Exploration.Outcome outcome = explore(ExploreConfig.of(3, 2, 1, 3, Way.AFTER_A_CLEAN_RELEASE));

        assertThat(outcome.takeoversByEvidence()).isPositive();
        assertThat(outcome.takeoversBySettle()).isPositive();
    }

    @Test
    void threadsThatAreSlow() {
        assumeTrue(OTHER == null, "another exploration is asked for");
        Exploration.Outcome outcome = explore(ExploreConfig.of(2, 2, 1, 2, Way.SLOW_THREADS));

        assertThat(outcome.takeoversBySettle()).isPositive();
        assertReached(outcome, Seen.LOST_WHILE_STARTING);
    }

    @Test
    void timeInSmallerSteps() {
        assumeTrue(OTHER == null, "another exploration is asked for");
        Exploration.Outcome outcome = explore(ExploreConfig.of(2, 4, 1, 2));

        assertThat(outcome.takeoversBySettle()).isPositive();
        assertReached(outcome, Seen.START_REFUSED_FOR_LACK_OF_TIME);
    }

    @Test
    @Timeout(value = 4, unit = TimeUnit.HOURS)
    void whatIsAskedFor() {
        assumeTrue(OTHER != null, "with -Dexplore=nodes,steps,faults,terms");
        String[] words = OTHER.split(",");
        explore(ExploreConfig.of(
                Integer.parseInt(words[0]),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Integer.parseInt(words[3]),
                Stream.of(words).skip(4).map(Way::valueOf).toArray(Way[]::new)));
    }

    /** Else it would look at nothing. */
    @ParameterizedTest
    @CsvSource({
        "ONE_CHILD, starts without a settle",
        "TOKENS_INCREASE, starts without a look at the lease",
        "RELEASE_AFTER_STOP, releases when the stop begins",
        "NO_START_TOO_LATE_TO_STOP, starts without a look at the lease",
        "EARLIER_CHILDREN_DOWN_AT_RUN, starts without a settle"
    })
    void eachPromiseIsBrokenByAMistake(Promise promise, String mistake) {
        SimOptions options = SimMutants.all().get(mistake).options();

        assertThat(Exploration.of(ExploreConfig.of(2, 2, 1, 2).options(options).only(promise))
                        .violation())
                .isNotNull();
    }

    @Test
    void aNodeIsToldFromAnotherByAllThatItIs() {
        ExploreConfig config = ExploreConfig.of(2, 2, 1, 2);
        ExploreNode one = new ExploreNode(config);
        ExploreNode other = new ExploreNode(config);
        assertThat(ExploreImage.of(one, config)).isEqualTo(ExploreImage.of(other, config));

        other.timePasses(false);
        assertThat(ExploreImage.of(one, config))
                .as("time alone makes no difference to a node that waits for nothing")
                .isEqualTo(ExploreImage.of(other, config));

        other.connected(1);
        assertThat(ExploreImage.of(one, config)).isNotEqualTo(ExploreImage.of(other, config));
    }
}
