package dev.highlander.cli;

import dev.highlander.lock.Lease;
import dev.highlander.postgres.PostgresBounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code highlander explain} is asked to make sure of, each as an inequality between times. */
final class Requirement {
    private Requirement() {}

    /** The inequalities that do not hold, each as a sentence with its remedy. */
    static List<String> broken(
            Explanation explanation, @Nullable Duration takeoverWithin, @Nullable Duration stopWithin) {
        List<String> broken = new ArrayList<>();
        PostgresBounds bounds = explanation.bounds();
        if (takeoverWithin != null) {
            takeover(bounds, takeoverWithin).ifPresent(broken::add);
        }
        if (stopWithin != null && explanation.longestStop().compareTo(stopWithin) > 0) {
            broken.add("--stop-within: grace " + Explanation.words(explanation.grace())
                    + (bounds == null ? "" : " + lease " + Explanation.words(bounds.longestRelease()))
                    + " ≤ " + Explanation.words(stopWithin) + " does not hold, since the left side is "
                    + Explanation.words(explanation.longestStop())
                    + ". Allow more time for a stop, or give a shorter --grace"
                    + (bounds == null ? "." : " or --lease."));
        }
        Explanation.Finding found = explanation.found();
        if (found != null && found.roundTrip() != null && bounds != null) {
            Duration limit = Duration.ofNanos(bounds.lease().replyLimit());
            if (found.roundTrip().multipliedBy(2).compareTo(limit) > 0) {
                broken.add("--lease: 2 × round trip " + Explanation.words(found.roundTrip()) + " ≤ 0.3 × lease "
                        + Explanation.words(bounds.lease().length())
                        + " does not hold, so a little load would lose the key. Give a"
                        + " longer --lease, or bring the node closer to the database.");
            }
        }
        return broken;
    }

    private static Optional<String> takeover(@Nullable PostgresBounds bounds, Duration within) {
        if (bounds == null) {
            return Optional.of("--takeover-within: on one machine nobody takes over from a process that is frozen,"
                    + " however long. Leave it out, or keep the key in Postgres.");
        }
        Duration worst = bounds.takeoverAfterSilence();
        if (worst.compareTo(within) <= 0) {
            return Optional.empty();
        }
        Duration longest = PostgresBounds.longestLeaseFor(within);
        return Optional.of("--takeover-within: 2.35 × lease "
                + Explanation.words(bounds.lease().length()) + " + poll "
                + Explanation.words(bounds.longestPoll()) + " ≤ " + Explanation.words(within)
                + " does not hold, since the left side is "
                + Explanation.words(worst) + ". Give "
                + (longest.compareTo(Lease.MIN) < 0
                        ? "more time: the shortest lease, " + Explanation.words(Lease.MIN) + ", takes over within "
                                + Explanation.words(new PostgresBounds(new Lease(Lease.MIN)).takeoverAfterSilence())
                        : "a --lease of at most " + longest.toMillis() + "ms")
                + ", the same on all nodes.");
    }
}
