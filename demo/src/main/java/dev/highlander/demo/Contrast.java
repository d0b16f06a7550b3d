package dev.highlander.demo;

import dev.highlander.drills.Fault;
import dev.highlander.drills.Verdict;
import java.util.List;
import java.util.Locale;

/** For how long two worked at once after each fault, by hand and with Highlander, as a table. */
final class Contrast {
    private Contrast() {}

    static String of(List<Fault> story, Verdict byHand, Verdict highlander) {
        StringBuilder text = new StringBuilder("\n### Two at work at once, in the same story\n\n");
        text.append("| fault | a lock by hand | Highlander |\n|---|---|---|\n");
        for (Fault fault : story.stream().distinct().toList()) {
            text.append("| ")
                    .append(fault)
                    .append(" | ")
                    .append(overlap(byHand, fault))
                    .append(" | ")
                    .append(overlap(highlander, fault))
                    .append(" |\n");
        }
        return text.toString();
    }

    private static String overlap(Verdict verdict, Fault fault) {
        long nanos =
                verdict.overlapsAfter(fault).stream().mapToLong(Long::longValue).sum();
        return nanos == 0 ? "never" : String.format(Locale.ROOT, "%.1f s, until it was killed", nanos / 1e9);
    }
}
