package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Highlander;
import dev.highlander.lock.Key;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Simulated processes that died left their singletons on this JVM's list of what is open, and a long soak ran out of heap. */
final class SimulationLeavesNothingTest {
    @Test
    void no_singleton_of_a_simulated_process_is_open_afterwards() {
        for (long seed = 1; seed <= 20; seed++) {
            Simulation.run(seed, SimOptions.real(), new SimCells());
        }

        assertThat(LongStream.range(0, 10).mapToObj(Key::number).flatMap(key -> Highlander.find(key).stream()))
                .isEmpty();
    }
}
