package dev.highlander.drills;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Durations in nanoseconds, sorted. */
public final class Figures {
    private final long[] sorted;

    private Figures(long[] sorted) {
        this.sorted = sorted;
    }

    public static Figures of(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return new Figures(sorted);
    }

    public int count() {
        return sorted.length;
    }

    public long median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** By the nearest rank. */
    long p95() {
        return sorted[(int) Math.ceil(sorted.length * 0.95) - 1];
    }

    public long max() {
        return sorted[sorted.length - 1];
    }

    long total() {
        return Arrays.stream(sorted).sum();
    }

    /** Median, 95th percentile and greatest, as three cells of a table; dashes when there is nothing. */
    String cells() {
        return sorted.length == 0 ? "– | – | –" : millis(median()) + " | " + millis(p95()) + " | " + millis(max());
    }

    /** Milliseconds, with a decimal below a hundred. */
    public static String millis(long nanos) {
        double millis = nanos / 1e6;
        return String.format(Locale.ROOT, nanos == 0 || millis >= 100 ? "%.0f" : "%.1f", millis);
    }
}
