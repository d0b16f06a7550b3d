package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SimShrinkerTest {
    @Test
    void ofManyThingsTheTwoThatItTakesAreLeft() {
        List<String> all = IntStream.range(0, 100).mapToObj(i -> "f" + i).toList();

        assertThat(SimShrinker.smallest(all, some -> some.contains("f17") && some.contains("f83")))
                .containsExactly("f17", "f83");
    }

    /** A mutant that starts without a settle needs a holder whose session ends, and hardly anything else. */
    @Test
    void aRunThatEndsBadlyShrinksToWhatItTakesAndReplays() {
        SimOptions mutant = SimMutants.all().get("starts without a settle").options();
        int shrunkToAHandful = 0;
        List<Long> bad = LongStream.range(0, 200)
                .filter(seed -> Simulation.run(seed, mutant).violation() != null)
                .limit(4)
                .boxed()
                .toList();
        assertThat(bad).hasSize(4);
        for (long seed : bad) {
            Simulation.Outcome full = Simulation.run(seed, mutant);
            SimShrinker.Shrunk shrunk = SimShrinker.shrink(seed, mutant);

            assertThat(shrunk.outcome().kindOfViolation()).isEqualTo(full.kindOfViolation());
            assertThat(shrunk.names().size()).isLessThan(shrunk.before());
            assertThat(SimShrinker.shrink(seed, mutant).account())
                    .as("the same each time")
                    .isEqualTo(shrunk.account());
            assertThat(Simulation.run(seed, mutant.only(shrunk.names())).violation())
                    .as("replays")
                    .isEqualTo(shrunk.outcome().violation());
            for (String name : shrunk.names()) {
                Set<String> fewer = new HashSet<>(shrunk.names());
                fewer.remove(name);
                assertThat(Simulation.run(seed, mutant.only(fewer)).kindOfViolation())
                        .as("without %s", name)
                        .isNotEqualTo(full.kindOfViolation());
            }
            assertThat(shrunk.account())
                    .contains("-Dsim.seed=" + seed + " -Dsim.only=" + String.join(",", shrunk.names()))
                    .contains("What it takes")
                    .contains("START #");
            shrunkToAHandful += shrunk.names().size() <= 6 ? 1 : 0;
        }
        assertThat(shrunkToAHandful).isGreaterThanOrEqualTo(3);
    }
}
