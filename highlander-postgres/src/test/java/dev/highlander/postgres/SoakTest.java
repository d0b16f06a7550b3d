package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The simulation and fuzzing for long, on all processors, and one table at the end: {@code -Psoak}, with
 * {@code -Dhighlander.soak.events=N} for another length.
 */
@Timeout(value = 1, unit = TimeUnit.DAYS)
class SoakTest {
    private static final long EVENTS = Long.getLong("highlander.soak.events", 0);
    private static final long FIRST = Long.getLong("sim.first", 1_000_000);
    private static final int BLOCK = 100;

    /** Cells that nothing can hit, and why; one that is empty and not here fails the soak, and so does one that is hit. */
    private static final Map<String, String> IMPOSSIBLE = new TreeMap<>();

    private final AtomicLong nextSeed = new AtomicLong(FIRST);
    private final AtomicLong events = new AtomicLong();

    @Test
    void everythingForLong() throws Exception {
        assumeTrue(EVENTS > 0, "only with -Psoak");
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        SimTotals totals = new SimTotals();
        List<String> violations = new ArrayList<>();
        long began = System.nanoTime();
        try {
            List<Callable<SimTotals>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(() -> simulate(violations));
            }
            for (Future<SimTotals> part : pool.invokeAll(all)) {
                totals.add(part.get());
            }
        } finally {
            pool.shutdownNow();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long inputs = Fuzz.run(FIRST, EVENTS / 500);

        List<String> empty = totals.cells().empty();
        System.out.println(totals.cells().table());
        System.out.println(table(totals, inputs, empty, threads, seconds));
        violations.forEach(System.out::println);
        IMPOSSIBLE.forEach((cell, why) -> System.out.println("impossible: " + cell + ", " + why));

        assertThat(violations).isEmpty();
        if (EVENTS >= 1_000_000_000) {
            assertThat(empty).as("cells that nothing has hit").containsExactlyInAnyOrderElementsOf(IMPOSSIBLE.keySet());
        }
    }

    private SimTotals simulate(List<String> violations) {
        SimTotals totals = new SimTotals();
        while (events.get() < EVENTS) {
            long first = nextSeed.getAndAdd(BLOCK);
            long before = totals.events();
            for (long seed = first; seed < first + BLOCK; seed++) {
                Simulation.Outcome outcome = Simulation.run(seed, SimOptions.real(), totals.cells());
                totals.add(outcome);
                if (outcome.violation() != null) {
                    keep(violations, seed);
                }
            }
            progress(events.addAndGet(totals.events() - before), totals.events() - before);
        }
        return totals;
    }

    private static void progress(long done, long more) {
        if (done / (EVENTS / 10) != (done - more) / (EVENTS / 10)) {
            System.out.println(done * 100 / EVENTS + " %");
        }
    }

    private static void keep(List<String> violations, long seed) {
        synchronized (violations) {
            if (violations.size() < 3) {
                violations.add(SimShrinker.shrink(seed, SimOptions.real()).account());
            }
        }
    }

    private static String table(SimTotals totals, long inputs, List<String> empty, int threads, double seconds) {
        int cells = totals.cells().size();
        return String.join(
                "\n",
                "what                  how much",
                line("seeds", totals.seeds()),
                line("events", totals.events()),
                line("events/s, " + threads + " threads", Math.round(totals.events() / seconds)),
                line("children started", totals.starts()),
                line("stray steps refused", totals.strays()),
                line("violations", totals.violations()),
                line("inputs to parsers", inputs),
                line("cells hit", cells - empty.size()),
                line("cells empty", empty.size()) + "  " + empty,
                String.format(
                        Locale.ROOT,
                        "%-22s%.1f s after the last fault; at most %.1f s, and what was begun before it",
                        "recovery",
                        totals.longestRecovery() / 1e9,
                        Simulation.BOUND.nanos() / 1e9),
                String.format(Locale.ROOT, "%-22s%.0f s", "simulated for", seconds));
    }

    private static String line(String what, long count) {
        return String.format(Locale.ROOT, "%-22s%d", what, count);
    }
}
