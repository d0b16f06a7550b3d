package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The exploration sees: with any one rule dropped it finds two children. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ExploreMutantsTest {
    /** The rules of Postgres in {@code docs/spec} that are explored. */
    private static final List<Integer> RULES =
            IntStream.rangeClosed(1, 6).boxed().toList();

    static List<ExploreMutants.Mutant> mutants() {
        return ExploreMutants.all();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isFound(ExploreMutants.Mutant mutant) {
        Exploration.Outcome outcome = Exploration.of(mutant.config());
        System.out.printf(
                Locale.ROOT,
                "Exploration, %s: %s, found after %d states, %d moves away (%s), %.1f s%n",
                mutant,
                outcome.violation(),
                outcome.states(),
                outcome.depth(),
                mutant.config().account(),
                outcome.seconds());
        if (Boolean.getBoolean("explore.show")) {
            System.out.println(outcome.account());
        }

        assertThat(outcome.violation()).as(outcome.account()).startsWith("two run");
        assertThat(outcome.timeline()).anyMatch(line -> line.contains("STARTS its child"));
    }

    @Test
    void everyRuleHasItsMutant() {
        assertThat(mutants()).extracting(ExploreMutants.Mutant::rule).containsAll(RULES);
    }
}
