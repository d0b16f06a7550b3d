package dev.highlander.supervisor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/** What workers do, and what they were told, in order; the real trees and the model have one each. */
final class ModelWorld {
    private final LongSupplier clock;
    private final Map<String, Integer> failures = new HashMap<>();
    private final List<String> log = new ArrayList<>();

    private final Random random;

    /** Two of one seed are given the same chances. */
    ModelWorld(LongSupplier clock, long seed) {
        this.clock = clock;
        this.random = new Random(seed);
    }

    /** In [0, 1), another each time. */
    double chance() {
        return random.nextDouble();
    }

    long now() {
        return clock.getAsLong();
    }

    /** The next {@code times} starts of {@code id} fail. */
    void failStarts(String id, int times) {
        failures.put(id, times);
    }

    boolean startSucceeds(String id) {
        int left = failures.getOrDefault(id, 0);
        if (left > 0) {
            failures.put(id, left - 1);
            log.add("!" + id);
            return false;
        }
        log.add("+" + id);
        return true;
    }

    void stopped(String id) {
        log.add("-" + id);
    }

    List<String> log() {
        return log;
    }
}
