package dev.highlander.postgres;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What came of many runs. */
final class SimTotals {
    private final SimCells cells = new SimCells();
    private final long began = System.nanoTime();
    private final long cpuBefore = cpu();
    private long seeds;
    private long events;
    private long starts;
    private long restarts;
    private long strays;
    private long violations;
    private long longestRecovery;

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    void add(Simulation.Outcome outcome) {
        seeds++;
        events += outcome.events();
        starts += outcome.starts();
        restarts += outcome.restarts();
        strays += outcome.strays();
        violations += outcome.violation() == null ? 0 : 1;
        longestRecovery = Math.max(longestRecovery, outcome.recovery());
    }

    void add(SimTotals others) {
        seeds += others.seeds;
        events += others.events;
        starts += others.starts;
        restarts += others.restarts;
        strays += others.strays;
        violations += others.violations;
        longestRecovery = Math.max(longestRecovery, others.longestRecovery);
        cells.add(others.cells);
    }

    SimCells cells() {
        return cells;
    }

    long seeds() {
        return seeds;
    }

    long longestRecovery() {
        return longestRecovery;
    }

    long events() {
        return events;
    }

    long starts() {
        return starts;
    }

    long restarts() {
        return restarts;
    }

    long strays() {
        return strays;
    }

    long violations() {
        return violations;
    }

    String text() {
        double seconds = (System.nanoTime() - began) / 1e9;
        double busy = (cpu() - cpuBefore) / 1e9;
        return String.format(
                Locale.ROOT,
                "%d seeds, %d events, %d children started, %d of them in place, %d stray steps refused, %d violations, %.1f s to recover at"
                        + " most, %.1f s, %.0f events/s; %.1f s of one processor, %.0f events/s",
                seeds,
                events,
                starts,
                restarts,
                strays,
                violations,
                longestRecovery / 1e9,
                seconds,
                events / seconds,
                busy,
                events / busy);
    }
}
