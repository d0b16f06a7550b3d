package dev.highlander.drills;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A verdict as a table, a row for each kind of fault. How to read it:
 *
 * <ul>
 *   <li><i>hit</i>: how often the fault struck a node whose child was running; others do not count.
 *   <li><i>fault to start</i>: from the moment before the fault until a child began somewhere, in milliseconds: median,
 *       95th percentile and longest. A fault that the child survived has none.
 *   <li><i>nobody ran</i>: how much of that time no child ran, median and longest; of a clean stop, what a handover costs.
 *   <li><i>overlap</i>: for how long two ran at once after such a fault, longest and total.
 * </ul>
 */
public final class Report {
    private Report() {}

    /** The table, and a sentence. */
    public static String of(String title, Verdict verdict) {
        StringBuilder text = new StringBuilder();
        text.append("\n### ").append(title).append("\n\n");
        text.append("| fault | hit | taken over | fault to start, median ms | p95 | max | nobody ran, median ms | max |"
                + " overlap, max ms | total |\n");
        text.append("|---|---|---|---|---|---|---|---|---|---|\n");
        rows(verdict).forEach(row -> text.append(row).append('\n'));
        text.append('\n').append(sentence(verdict)).append('\n');
        return text.toString();
    }

    /** The verdict in a sentence. */
    public static String sentence(Verdict verdict) {
        long hits = verdict.takeovers().stream().filter(Takeover::hit).count();
        return hits + (hits == 1 ? " fault" : " faults") + " on a running child, " + verdict.bodies()
                + " terms: overlap "
                + Figures.millis(verdict.totalOverlap()) + " ms in all, at most "
                + Figures.millis(verdict.worstOverlap()) + " ms at once; stray lines after a resume "
                + verdict.strays().size() + ", other stale lines "
                + verdict.stale().size() + ", tokens out of order "
                + verdict.outOfOrder().size() + ".";
    }

    private static List<String> rows(Verdict verdict) {
        Map<Fault, List<Takeover>> byFault = new EnumMap<>(Fault.class);
        for (Takeover takeover : verdict.takeovers()) {
            if (takeover.hit()) {
                byFault.computeIfAbsent(takeover.fault(), fault -> new ArrayList<>())
                        .add(takeover);
            }
        }
        List<String> rows = new ArrayList<>();
        byFault.forEach(
                (fault, takeovers) -> rows.add(row(fault, takeovers, Figures.of(verdict.overlapsAfter(fault)))));
        return rows;
    }

    private static String row(Fault fault, List<Takeover> takeovers, Figures overlaps) {
        Figures took = figures(takeovers, Takeover::took);
        Figures idle = figures(takeovers, Takeover::idle);
        return "| " + fault + " | " + takeovers.size() + " | " + took.count() + " | " + took.cells() + " | "
                + (idle.count() == 0 ? "– | –" : Figures.millis(idle.median()) + " | " + Figures.millis(idle.max()))
                + " | "
                + (overlaps.count() == 0
                        ? "0 | 0"
                        : Figures.millis(overlaps.max()) + " | " + Figures.millis(overlaps.total()))
                + " |";
    }

    private static Figures figures(List<Takeover> takeovers, Function<Takeover, OptionalLong> which) {
        return Figures.of(takeovers.stream()
                .map(which)
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .toList());
    }
}
