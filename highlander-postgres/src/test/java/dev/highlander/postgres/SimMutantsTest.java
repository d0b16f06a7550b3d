package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation sees: with any one rule dropped it finds two children, or another breach of the promise. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // of work alone, seconds; but machines are busy
class SimMutantsTest {
    static Stream<String> mistakes() {
        return SimMutants.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isCaught(String mistake) {
        SimMutants.Mutant mutant = SimMutants.all().get(mistake);
        assertThat(LongStream.range(0, mutant.seeds())
                        .filter(seed -> Simulation.run(seed, mutant.options()).violation() != null)
                        .findFirst())
                .as("a node that %s, within %d seeds", mistake, mutant.seeds())
                .isPresent();
    }
}
