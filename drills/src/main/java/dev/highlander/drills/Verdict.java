package dev.highlander.drills;

import java.util.List;
import java.util.stream.LongStream;

/**
 * What the judge found.
 *
 * @param bodies how many bodies there were
 * @param overlaps when two ran at once
 * @param strays the single stale lines after a resume that are tolerated
 * @param stale the other lines written under a smaller token than one already begun
 * @param outOfOrder the bodies whose token was not greater than all before, each described
 * @param takeovers what each fault led to, in order
 */
public record Verdict(
        int bodies,
        List<Overlap> overlaps,
        List<Line> strays,
        List<Line> stale,
        List<String> outOfOrder,
        List<Takeover> takeovers) {

    public Verdict {
        overlaps = List.copyOf(overlaps);
        strays = List.copyOf(strays);
        stale = List.copyOf(stale);
        outOfOrder = List.copyOf(outOfOrder);
        takeovers = List.copyOf(takeovers);
    }

    /** Whether there were never two, nor anything that a fenced resource would have had to refuse. */
    public boolean good() {
        return overlaps.isEmpty() && stale.isEmpty() && outOfOrder.isEmpty();
    }

    /** For how many nanoseconds two ran at once, for each overlap that began after such a fault and before the next. */
    public List<Long> overlapsAfter(Fault fault) {
        return overlaps.stream()
                .filter(overlap -> takeovers.stream()
                        .filter(takeover -> takeover.at() <= overlap.from())
                        .reduce((earlier, later) -> later)
                        .filter(last -> last.fault() == fault)
                        .isPresent())
                .map(Overlap::nanos)
                .toList();
    }

    public long totalOverlap() {
        return overlapNanos().sum();
    }

    public long worstOverlap() {
        return overlapNanos().max().orElse(0);
    }

    private LongStream overlapNanos() {
        return overlaps.stream().mapToLong(Overlap::nanos);
    }
}
