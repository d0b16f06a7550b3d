package dev.highlander.drills;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Lease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What the drills have in common: short in every build, long with {@code -Pdrills}. */
final class Drills {
    static final boolean LONG = "long".equals(System.getProperty("highlander.drills"));

    static final Lease LEASE = Lease.of(Duration.ofSeconds(1));

    private Drills() {}

    /** Each of {@code kinds} that many times, shuffled. */
    static List<Fault> each(int times, long seed, Fault... kinds) {
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            faults.addAll(Arrays.asList(kinds));
        }
        Collections.shuffle(faults, new Random(seed));
        return faults;
    }

    /** What {@code -Ddrills.seed} says, or a new one; it is printed, and gives the same order of faults again. */
    static long seed() {
        return Long.getLong("drills.seed", System.nanoTime() & 0xffff);
    }

    /** Where the logs of a drill stay until the next build. */
    static Path logs(String drill) {
        try {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target", "drills")), drill + "-")
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertHit(Verdict verdict, List<Fault> faults) {
        Map<Fault, Long> wanted = new EnumMap<>(Fault.class);
        faults.forEach(fault -> wanted.merge(fault, 1L, Long::sum));
        Map<Fault, Long> hit = new EnumMap<>(Fault.class);
        verdict.takeovers().stream()
                .filter(Takeover::hit)
                .forEach(takeover -> hit.merge(takeover.fault(), 1L, Long::sum));
        assertThat(hit).isEqualTo(wanted);
    }
}
