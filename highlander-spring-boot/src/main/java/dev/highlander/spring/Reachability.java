package dev.highlander.spring;

import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import java.time.Duration;
import java.util.Optional;

/**
 * For how long a lock service has not been ready, and why. A refused one is tried again every few seconds, and says between
 * that it connects: it counts as refused until it was ready.
 *
 * @param ready whether claims are granted
 * @param refused whether it has been refused since it was ready last
 * @param closed whether it is over
 * @param since when it was last ready, or this began
 * @param problem what was last said to stand in its way
 */
record Reachability(boolean ready, boolean refused, boolean closed, long since, Optional<Problem> problem) {
    /**
     * Whether an instance whose lock service is like that is well.
     *
     * @param well whether it is
     * @param text how the lock service is, in a sentence
     * @param problem what stands in its way
     */
    record Verdict(boolean well, String text, Optional<Problem> problem) {}

    static Reachability from(long now) {
        return new Reachability(false, false, false, now, Optional.empty());
    }

    Reachability after(Condition condition, long now) {
        return switch (condition.phase()) {
            case READY -> new Reachability(true, false, false, now, Optional.empty());
            case CONNECTING ->
                new Reachability(
                        false,
                        refused,
                        false,
                        ready ? now : since,
                        condition.problem().or(() -> problem));
            case REFUSED -> new Reachability(false, true, false, ready ? now : since, condition.problem());
            case CLOSED -> new Reachability(false, false, true, now, Optional.empty());
        };
    }

    Verdict verdict(long now, Duration patience) {
        if (closed) {
            return new Verdict(false, "The lock service is closed.", Optional.empty());
        }
        if (ready) {
            return new Verdict(true, "The lock service is ready.", Optional.empty());
        }
        if (refused) {
            return new Verdict(false, "The lock service can't be relied on.", problem);
        }
        long nanos = Math.max(0, now - since);
        String text = "The lock service has been out of reach for " + nanos / 1_000_000_000 + " s.";
        return new Verdict(nanos < patience.toNanos(), text, problem);
    }
}
