package dev.highlander.cli;

import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Lease;
import dev.highlander.postgres.ListenAddress;
import dev.highlander.postgres.PostgresBounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a configuration guarantees and costs, for people and for programs.
 *
 * @param bounds what its lease comes to; null on one machine, where there is none
 * @param found what was found when it was tried; null if it was not
 */
record Explanation(
        String place,
        String namespace,
        String node,
        Guarantee guarantee,
        @Nullable PostgresBounds bounds,
        Duration grace,
        Guarded guarded,
        @Nullable Finding found) {
    private static final List<String> ASSUMED = List.of(
            "One lock authority: an old primary confirms nothing after a new one grants.",
            "Clock rates within 10 % of each other; clocks may be wrong, and may jump.",
            "No pause that the machine's own clocks do not see.",
            "The command dies when it is killed, and does not hide from its guard.",
            "The same lease on all nodes of the namespace; a node with another one is refused.",
            "A session of its own: a direct connection, or a pooler in session mode; any other is refused.",
            "Durable commits (fsync on), for tokens that never go back.");
    private static final List<String> ASSUMED_LOCALLY =
            List.of("All processes are on this machine, and use the same directory for the lock files.");

    /**
     * What becomes of the command beside a stop.
     *
     * @param onLoss how it is stopped when its key is lost
     * @param listen where its guard listens for other nodes; null for nowhere
     */
    record Guarded(OnLoss onLoss, @Nullable ListenAddress listen) {}

    /**
     * What a try has found.
     *
     * @param condition in the words of the lock service
     * @param roundTrip of a question; null if none was answered
     */
    record Finding(
            boolean ready, String condition, @Nullable Duration roundTrip) {}

    Explanation with(Finding finding) {
        return new Explanation(place, namespace, node, guarantee, bounds, grace, guarded, finding);
    }

    /** The longest from a signal until the process has ended: the grace, the kill, and the release. */
    Duration longestStop() {
        return bounds == null ? grace : grace.plus(bounds.longestRelease());
    }

    /** When the key is lost the command has no more than the lease leaves. */
    private Duration graceOnLoss(PostgresBounds bounds) {
        if (guarded.onLoss == OnLoss.KILL) {
            return Duration.ZERO;
        }
        return grace.compareTo(bounds.stopBudget()) < 0 ? grace : bounds.stopBudget();
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add(place + ", namespace " + namespace + ", node " + node);
        lines.add(
                bounds == null
                        ? "Grace " + words(grace) + "."
                        : "Lease " + words(bounds.lease().length()) + ", grace " + words(grace) + ".");
        lines.add("");
        lines.add("What is guaranteed");
        lines.add("  One copy of the command while all is well"
                + (bounds == null ? "." : ", none while the database is out of reach."));
        lines.add("  " + (guarantee.neverTwo() ? "Never two" : "Two copies are possible") + "; worst overlap "
                + guarantee
                        .bounds()
                        .overlap()
                        .map(most -> most.isZero() ? "0 s" : words(most))
                        .orElse("without bound")
                + (bounds == null
                        ? "."
                        : ". (A process that was frozen may take one step as it resumes, with an older token.)"));
        lines.add("  " + (guarantee.tokensFence() ? "Tokens fence" : "Tokens do not fence")
                + ": HIGHLANDER_TOKEN grows with each term, and a resource may refuse a smaller one.");
        lines.add("");
        lines.add(
                "What happens to the node that runs it, what becomes of its copy, and when the next one starts at most");
        cases().forEach(each ->
                lines.add("  " + each.what + "\n      its copy: " + each.copy + "\n      the next one: " + each.next));
        lines.add("");
        lines.add("What it costs");
        if (bounds == null) {
            lines.add("  A file, and a look at it every 50 ms by each that waits. No connection.");
        } else {
            lines.add("  " + bounds.connections() + " connection a node, whatever the number of its keys.");
            lines.add(String.format(
                    Locale.ROOT,
                    "  %.1f statements a second of the node that runs it, %.1f of one that stands by, when idle.",
                    bounds.statementsPerSecondRunning(),
                    bounds.statementsPerSecondStandingBy()));
        }
        if (guarded.listen != null) {
            lines.add("  A guard that is a small JVM, and answers other nodes at " + guarded.listen
                    + (guarded.listen.isLoopback() ? ", a loopback address: only those on this machine." : "."));
        }
        lines.add("  Up to " + words(longestStop()) + " from SIGTERM until the process has ended: give it that time, in"
                + " terminationGracePeriodSeconds or TimeoutStopSec.");
        lines.add("");
        lines.add("What that rests on");
        (bounds == null ? ASSUMED_LOCALLY : ASSUMED).forEach(each -> lines.add("  " + each));
        if (found != null) {
            lines.add("");
            lines.add("What was found");
            lines.add("  " + found.condition);
            if (found.roundTrip != null) {
                lines.add("  A question was answered after " + micros(found.roundTrip) + "; one that takes "
                        + (bounds == null
                                ? ""
                                : words(Duration.ofNanos(bounds.lease().replyLimit())))
                        + " loses the key.");
            }
        }
        return String.join("\n", lines);
    }

    /** {@code mishap} is null for what may last as long as it likes. */
    private record Case(
            String id,
            String what,
            String copy,
            String next,
            @Nullable Mishap mishap) {}

    private Optional<Duration> takeover(Case after) {
        return Optional.ofNullable(after.mishap).flatMap(guarantee.bounds()::takeoverAfter);
    }

    private List<Case> cases() {
        String stopped = "told to stop; killed after " + words(grace);
        if (bounds == null) {
            return List.of(
                    new Case("cleanStop", "It is stopped", stopped, "at once when it has ended", Mishap.CLEAN_STOP),
                    new Case(
                            "crash",
                            "Its process is killed",
                            "killed by the guard",
                            "when that is dead, within "
                                    + words(guarantee
                                            .bounds()
                                            .takeoverAfter(Mishap.CRASH)
                                            .orElseThrow()),
                            Mishap.CRASH),
                    new Case(
                            "hang",
                            "Its process is frozen",
                            "goes on, and holds the key",
                            "never, until it resumes or is killed",
                            Mishap.HANG));
        }
        Lease lease = bounds.lease();
        boolean kills = guarded.onLoss == OnLoss.KILL;
        String onLoss = (kills ? "killed" : "told to stop") + " within " + words(bounds.stopBegins())
                + " of the last check, " + (kills ? "" : "killed after " + words(graceOnLoss(bounds)) + ", ")
                + "dead within " + words(bounds.childIsDead());
        String silence = words(bounds.takeoverAfterSilence()) + " after the last check";
        return List.of(
                new Case(
                        "cleanStop",
                        "It is stopped",
                        stopped,
                        "at once when it has ended (a few round trips); a node that was not connected then: "
                                + words(bounds.takeoverAfterCrash()),
                        Mishap.CLEAN_STOP),
                new Case(
                        "crash",
                        "Its process is killed",
                        "killed by the guard",
                        words(bounds.takeoverAfterCrash()),
                        Mishap.CRASH),
                new Case(
                        "hang",
                        "Its process is frozen",
                        "killed by the guard within " + words(lease.length().minusNanos(lease.margin()))
                                + " of the last check",
                        silence,
                        Mishap.HANG),
                new Case(
                        "reset",
                        "Its machine is reset, or suspended",
                        "gone; or stopped when the machine resumes",
                        silence,
                        Mishap.HANG),
                new Case("partition", "It is cut off from the database", onLoss, silence, Mishap.PARTITION),
                new Case(
                        "restart",
                        "Its session is ended, or the database restarts",
                        kills ? "killed at once" : "told to stop at once, killed after " + words(graceOnLoss(bounds)),
                        words(bounds.takeoverAfterRestart()) + " after the database can be reached again",
                        Mishap.RESTART),
                new Case(
                        "promotion",
                        "A standby of the database is promoted",
                        onLoss,
                        words(guarantee.bounds().takeoverAfter(Mishap.PROMOTION).orElseThrow())
                                + " after it accepts connections as the primary",
                        Mishap.PROMOTION),
                new Case(
                        "outage",
                        "The database is out of reach for everybody",
                        onLoss,
                        words(bounds.takeoverAfterRestart()) + " after it is back",
                        null));
    }

    String json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("place", place);
        root.put("namespace", namespace);
        root.put("node", node);
        root.put("neverTwo", guarantee.neverTwo());
        root.put("tokensFence", guarantee.tokensFence());
        millis(root, "worstOverlap", guarantee.bounds().overlap().orElse(null));
        millis(root, "lease", bounds == null ? null : bounds.lease().length());
        millis(root, "grace", grace);
        millis(root, "graceOnLoss", bounds == null ? null : graceOnLoss(bounds));
        root.put("onLoss", guarded.onLoss.name().toLowerCase(Locale.ROOT));
        root.put("listen", guarded.listen == null ? null : guarded.listen.toString());
        millis(root, "settle", bounds == null ? null : bounds.settle());
        millis(root, "longestStop", longestStop());
        ObjectNode takeover = root.putObject("takeover");
        cases().forEach(each -> millis(takeover, each.id, takeover(each).orElse(null)));
        ObjectNode cost = root.putObject("cost");
        cost.put("connections", bounds == null ? 0 : bounds.connections());
        cost.put("statementsPerSecondRunning", bounds == null ? 0 : bounds.statementsPerSecondRunning());
        cost.put("statementsPerSecondStandingBy", bounds == null ? 0 : bounds.statementsPerSecondStandingBy());
        if (found == null) {
            root.putNull("found");
        } else {
            ObjectNode node = root.putObject("found");
            node.put("ready", found.ready);
            node.put("condition", found.condition);
            node.put("roundTripMicros", found.roundTrip == null ? null : (Long) (found.roundTrip.toNanos() / 1_000));
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static void millis(ObjectNode node, String name, @Nullable Duration time) {
        node.put(name + "Millis", time == null ? null : (Long) time.toMillis());
    }

    /** Rounded up: it is said to be the most. */
    static String words(Duration time) {
        long millis = time.plusNanos(999_999).toMillis();
        return Durations.words(Duration.ofMillis(millis < 1_000 ? millis : (millis + 99) / 100 * 100));
    }

    private static String micros(Duration time) {
        return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
    }
}
