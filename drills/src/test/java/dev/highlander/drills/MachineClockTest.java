package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineClockTest {
    @Test
    void anotherProcessReadsTheSameClock() throws IOException, InterruptedException {
        long before = MachineClock.nanos();
        long there = readInAnotherProcess();
        long after = MachineClock.nanos();

        assertThat(there).isBetween(before, after);
    }

    private static long readInAnotherProcess() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(JavaCommand.of(Reading.class, List.of())).start();
        String printed = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor()).isZero();
        return Long.parseLong(printed.trim());
    }

    static final class Reading {
        private Reading() {}

        public static void main(String[] args) {
            System.out.println(MachineClock.nanos());
        }
    }
}
