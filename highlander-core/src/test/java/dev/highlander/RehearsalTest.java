package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.time.Time;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void itGoesAllTheWayToTheChild() {
        assertThat(new Rehearsal(Time.system()).run()).isTrue();
    }
}
