package dev.highlander.bench;

import dev.highlander.drills.Fault;
import dev.highlander.drills.Figures;
import dev.highlander.drills.Takeover;
import dev.highlander.drills.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;

/** What a comparison found, as a table: a row for each rival, the medians of times and the longest overlaps. */
final class Table {
    private Table() {}

    static String of(Map<Rival, Verdict> verdicts) {
        StringBuilder text = new StringBuilder();
        text.append("| | stopped: nobody runs for | killed: next after | frozen: next after | and two for"
                + " | cut off: next after | and two for | database restarted: two for |\n");
        text.append("|---|---|---|---|---|---|---|---|\n");
        verdicts.forEach((rival, verdict) -> text.append("| ")
                .append(rival.title)
                .append(" | ")
                .append(median(verdict, Fault.SIGTERM, Takeover::idle))
                .append(" | ")
                .append(median(verdict, Fault.SIGKILL, Takeover::took))
                .append(" | ")
                .append(median(verdict, Fault.FREEZE_NODE, Takeover::took))
                .append(" | ")
                .append(overlap(verdict, Fault.FREEZE_NODE))
                .append(" | ")
                .append(median(verdict, Fault.SILENCE, Takeover::took))
                .append(" | ")
                .append(overlap(verdict, Fault.SILENCE))
                .append(" | ")
                .append(overlap(verdict, Fault.RESTART_IMMEDIATE))
                .append(" |\n"));
        return text.toString();
    }

    private static String median(Verdict verdict, Fault fault, Function<Takeover, OptionalLong> which) {
        Figures figures = Figures.of(verdict.takeovers().stream()
                .filter(takeover -> takeover.fault() == fault && takeover.hit())
                .map(which)
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .toList());
        return figures.count() == 0 ? "–" : time(figures.median());
    }

    /** The longest; what lasted as long as it was watched had no end but ours. */
    private static String overlap(Verdict verdict, Fault fault) {
        List<Long> overlaps = verdict.overlapsAfter(fault);
        long longest = overlaps.stream().mapToLong(Long::longValue).max().orElse(0);
        if (longest == 0) {
            return "**0**";
        }
        return longest >= Comparison.LOOK * 9 / 10 ? "for good" : time(longest);
    }

    private static String time(long nanos) {
        return nanos < 1_000_000_000L
                ? Figures.millis(nanos) + " ms"
                : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }
}
