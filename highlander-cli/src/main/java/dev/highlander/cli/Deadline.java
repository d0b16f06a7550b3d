package dev.highlander.cli;

import dev.highlander.Term;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Tells a guard, again and again, until when the command may run if nothing more is heard. */
final class Deadline {
    /** From here on, a term is as good as for ever; a term of lock files has no end at all. */
    private static final Duration FOR_EVER = Duration.ofDays(365);
    /** Hundredths of a second that the rounding of clocks alone can make. */
    private static final long JITTER = 2;

    private static final Path UPTIME = Path.of("/proc/uptime");

    static final Duration SHORTEST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final Term term;
    private final Duration margin;
    private final Guard guard;
    private long told = Long.MIN_VALUE;

    Deadline(Term term, Duration margin, Guard guard) {
        this.term = term;
        this.margin = margin;
        this.guard = guard;
    }

    /** Returns after what time this is to be called again. */
    synchronized Duration tell() throws IOException {
        if (guard == Guard.NOBODY) {
            return LONGEST;
        }
        // In this order: frozen in between, it must become earlier by that, not later.
        long now = now();
        Duration left = term.remaining();
        if (left.compareTo(FOR_EVER) > 0) {
            return LONGEST;
        }
        long until = now + left.minus(margin).toMillis() / 10;
        // Of a term that is over, the last word stands.
        if (!left.isZero() && Math.abs(until - told) > JITTER) {
            told = until;
            guard.order("until " + until);
        }
        Duration next = margin.dividedBy(2);
        return next.compareTo(SHORTEST) < 0 ? SHORTEST : next.compareTo(LONGEST) > 0 ? LONGEST : next;
    }

    /** The guard's clock, rounded down to its hundredths of a second. */
    static long now() throws IOException {
        String text = Files.readString(UPTIME);
        return Long.parseLong(text.substring(0, text.indexOf(' ')).replace(".", ""));
    }
}
