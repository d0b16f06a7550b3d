package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FuzzTest {
    @Test
    void noInputBreaksAParser() {
        assertThat(Fuzz.run(0, 50_000)).isPositive();
    }
}
