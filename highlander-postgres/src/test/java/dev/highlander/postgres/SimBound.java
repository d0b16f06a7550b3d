package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How long at most, once all is well, until exactly one runs: computed from the lease. Times that a node measures are
 * longer on a clock that is ten percent slow; those that the server measures are not.
 */
final class SimBound {
    private static final double SLOW = 1 / 0.9;

    private final Map<String, Long> parts = new LinkedHashMap<>();

    SimBound(Lease lease) {
        long poll = Math.min(SimWorld.SECOND, lease.nanos() / 2) * 3 / 2;
        add("a check is due", SLOW * lease.nanos() / 2);
        add("its reply never comes", SLOW * lease.replyLimit());
        add("a pause before connecting, the longest after a refusal", SLOW * SimTalk.REFUSED_RETRY * 3 / 2);
        add("a session of before that the server finds idle", lease.nanos() * 1.1);
        add("a poll", SLOW * poll);
        add("a settle", SLOW * lease.settle());
        add("a child that does not start at once", SLOW * SimChild.SLOWEST_START);
        add("messages and threads", SimWorld.SECOND / 2.0);
    }

    private void add(String what, double nanos) {
        parts.put(what, (long) Math.ceil(nanos));
    }

    long nanos() {
        return parts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The sum and what goes into it, in seconds. */
    String text() {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.1f s", nanos() / 1e9));
        String between = " = ";
        for (Map.Entry<String, Long> part : parts.entrySet()) {
            text.append(String.format(Locale.ROOT, "%s%.1f (%s)", between, part.getValue() / 1e9, part.getKey()));
            between = " + ";
        }
        return text.toString();
    }
}
