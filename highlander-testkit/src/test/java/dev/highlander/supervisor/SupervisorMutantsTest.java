package dev.highlander.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.highlander.supervisor.SupervisorMutants.Mutant;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The random trees see: a supervisor with any one mistake is told from a right one within so many of them. */
class SupervisorMutantsTest {
    private static final Logger LOG = Logger.getLogger("dev.highlander.supervisor");

    @BeforeAll
    static void saysNothingOfTheManyFailures() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speaksAgain() {
        LOG.setLevel(null);
    }

    @TestFactory
    Stream<DynamicTest> isCaught() {
        return SupervisorMutants.all().entrySet().stream()
                .map(mutant -> dynamicTest(mutant.getKey(), () -> isCaught(mutant.getKey(), mutant.getValue())));
    }

    private static void isCaught(String mistake, Mutant mutant) {
        int found = mutant.faults()
                ? RandomFaultsTest.found(mutant.machines(), mutant.trees())
                : RandomTreesTest.found(mutant.machines(), mutant.trees());
        assertThat(found)
                .as("trees to find a supervisor that %s, of %d", mistake, mutant.trees())
                .isPositive();
    }
}
