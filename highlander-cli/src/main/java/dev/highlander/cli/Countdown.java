package dev.highlander.cli;

import java.time.Duration;

/**
 * The wait between the grant of a key and the start of the command.
 *
 * @param from when it began, in {@link System#nanoTime()}
 * @param length how long it takes
 */
record Countdown(long from, Duration length) {
    private static final String WHY = "an earlier holder's command may still run";

    /** The line that is rewritten each second. */
    String left(long now) {
        long nanos = length.toNanos() - (now - from);
        return nanos <= 0
                ? "settling: starting with the next check of the key"
                : "settling, since " + WHY + ": starting in " + (nanos + 999_999_999L) / 1_000_000_000L + " s";
    }

    /** The line where none can be rewritten. */
    String announcement() {
        return "settling for " + Durations.words(length) + ", since " + WHY + " for that long";
    }
}
