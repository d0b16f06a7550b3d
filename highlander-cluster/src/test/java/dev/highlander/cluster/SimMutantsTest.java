package dev.highlander.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** A simulation that no mistake is found by proves nothing. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // of work alone, seconds; but machines are busy
class SimMutantsTest {
    @TestFactory
    Stream<DynamicTest> everyMistakeIsFound() {
        return SimMutants.all().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    String found = SimMutants.firstViolation(
                            each.getValue().options(), each.getValue().seeds());
                    System.out.println("Mutant: " + each.getKey() + ": " + found);
                    assertThat(found).isNotNull();
                }));
    }

    // Where an assumption does not hold, the promise can't: if nothing is found there the simulation is blind.

    /** What the settle allows for is 10 %. */
    @Test
    void clocksThatDifferBeyondTheAssumptionAreFoundOut() {
        assertThat(SimMutants.firstViolation(SimOptions.withQuorum().drift(0.4), 3000))
                .isNotNull();
    }

    /** Rule 1: any two quorums are assumed to have a member in common. */
    @Test
    void twiceAsManyMembersAsTheQuorumAreFoundOut() {
        assertThat(SimMutants.firstViolation(SimOptions.withQuorum().beyondTheQuorum(), 1000))
                .isNotNull();
    }
}
