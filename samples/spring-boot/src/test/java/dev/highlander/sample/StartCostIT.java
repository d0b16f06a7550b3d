package dev.highlander.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;

/**
 * What the starter adds to the start of the sample, with {@code -Pdrills}: the processor time of the thread that starts it,
 * which other processes of the machine hardly change, in new JVMs with and without it, in turns.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class StartCostIT {
    private static final int PAIRS = 10;

    @Test
    void the_starter_costs_a_small_part_of_the_start() throws Exception {
        assumeTrue("long".equals(System.getProperty("highlander.drills")), "measured with -Pdrills");
        List<Long> with = new ArrayList<>();
        List<Long> without = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            with.add(millisOfStart("true"));
            without.add(millisOfStart("false"));
        }
        with.sort(Long::compare);
        without.sort(Long::compare);
        System.out.println("Start of the sample, processor time of its main thread, median of " + PAIRS + ": with "
                + with.get(PAIRS / 2) + " ms, without " + without.get(PAIRS / 2) + " ms.");
        assertThat(without.get(PAIRS / 2)).isPositive();
    }

    private static long millisOfStart(String enabled) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        "--highlander.enabled=" + enabled)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String figure = said.lines()
                .filter(line -> line.startsWith("millis "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(said));
        return Long.parseLong(figure.substring("millis ".length()));
    }

    /** Starts the sample on lock files, tells what that took, and ends. */
    static final class Starter {
        private Starter() {}

        public static void main(String[] args) {
            List<String> all = new ArrayList<>(List.of(args));
            all.addAll(List.of(
                    "--highlander.locks=local",
                    "--spring.datasource.url=jdbc:h2:mem:start",
                    "--spring.sql.init.mode=always",
                    "--server.port=0",
                    "--logging.level.root=error"));
            var context = SpringApplication.run(SampleApplication.class, all.toArray(String[]::new));
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            System.out.println("millis " + nanos / 1_000_000);
            context.close();
        }
    }
}
