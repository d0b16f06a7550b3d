package dev.highlander.postgres;

import dev.highlander.lock.Bounds;
import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a lease comes to on Postgres: when a child is stopped, how long it takes at most until the next node's starts, and
 * what that costs. The protocol goes by the same numbers.
 *
 * <p>All of it is arithmetic on the lease. What it leaves out: round trips to the server, the time that a child needs to
 * start, and how late a loaded machine lets a thread run.
 *
 * @param lease the lease, the same on all nodes
 */
public record PostgresBounds(Lease lease) {
    private static final long SECOND = 1_000_000_000L;
    private static final long FIRST_RETRY = SECOND / 20;
    private static final long LONGEST_RETRY = SECOND;
    private static final long REFUSED_RETRY = 5 * SECOND;
    /** What is repeated comes up to half of its interval earlier or later, so that nodes do not do it in step. */
    private static final double LEAST_JITTER = 0.5;

    private static final double MOST_JITTER = 1.5;

    /** How long the server waits for a silent node before it ends its session: 1.1 leases, in milliseconds. */
    long silenceMillis() {
        return lease.length().toMillis() * 11 / 10;
    }

    /** What a session has the server keep to, beside what a platform of the server's may lack. */
    Map<String, String> neededSettings() {
        Map<String, String> needed = new LinkedHashMap<>();
        needed.put("idle_session_timeout", Long.toString(silenceMillis()));
        needed.put("lock_timeout", "0");
        needed.put("statement_timeout", "0");
        needed.put("synchronous_commit", "on");
        return needed;
    }

    /** The server lets go of a silent node by the idle timeout alone where its platform lacks these. */
    Map<String, String> usefulSettings() {
        String seconds = Long.toString(Math.max(1, silenceMillis() / 4000));
        Map<String, String> useful = new LinkedHashMap<>();
        useful.put("tcp_user_timeout", Long.toString(silenceMillis()));
        useful.put("tcp_keepalives_idle", seconds);
        useful.put("tcp_keepalives_interval", seconds);
        useful.put("tcp_keepalives_count", "3");
        useful.put("client_connection_check_interval", "1000");
        return useful;
    }

    /** All that a session sets for the sake of its lease. */
    Map<String, String> serverSettings() {
        Map<String, String> all = neededSettings();
        all.putAll(usefulSettings());
        return all;
    }

    /** From one try to the next, on average: a second, or half a short lease; in nanoseconds. */
    long poll() {
        return Math.min(SECOND, lease.nanos() / 2);
    }

    /** From one check to the next on a node that holds nothing, in nanoseconds. */
    long idleHeartbeat() {
        return lease.nanos() / 2;
    }

    /** How long to wait before the second attempt to connect, before jitter; it doubles up to {@link #longestRetry}. */
    static long firstRetry() {
        return FIRST_RETRY;
    }

    static long longestRetry() {
        return LONGEST_RETRY;
    }

    /** The same where somebody has to change something first. */
    static long refusedRetry() {
        return REFUSED_RETRY;
    }

    /** An interval with its jitter; {@code random} is in [0, 1). */
    static long jittered(long interval, double random) {
        return (long) (interval * (LEAST_JITTER + (MOST_JITTER - LEAST_JITTER) * random));
    }

    /** The longest time from one try of a free key to the next. */
    public Duration longestPoll() {
        return Duration.ofNanos(jittered(poll(), 1));
    }

    /** When a stop that a loss forces begins at the latest, counted from when the last confirmed check was sent. */
    public Duration stopBegins() {
        return Duration.ofNanos(lease.nanos() - lease.stopBudget() - lease.margin());
    }

    /** How long a child may take for such a stop before it is killed, whatever its grace. */
    public Duration stopBudget() {
        return Duration.ofNanos(lease.stopBudget());
    }

    /** When it is dead at the latest, counted from when the last confirmed check was sent. */
    public Duration childIsDead() {
        return lease.length();
    }

    /** The wait of a new holder where nothing proves that the earlier child is down; a key's very first start waits too. */
    public Duration settle() {
        return Duration.ofNanos(lease.settle());
    }

    /** After a clean stop, counted from the child's end: a few round trips, of which this knows nothing. */
    public Duration takeoverAfterCleanStop() {
        return Duration.ZERO;
    }

    /** After the death of the process, which its kernel tells the server: a poll, and the settle. */
    public Duration takeoverAfterCrash() {
        return longestPoll().plus(settle());
    }

    /**
     * After a freeze, a reset of the machine, or a cut of its network, counted from the last check: the server gives the
     * session up, then as after a crash.
     */
    public Duration takeoverAfterSilence() {
        return Duration.ofMillis(silenceMillis()).plus(takeoverAfterCrash());
    }

    /** After a restart of the server, counted from when it accepts connections again: an attempt, and the settle. */
    public Duration takeoverAfterRestart() {
        return Duration.ofNanos(jittered(LONGEST_RETRY, 1)).plus(settle());
    }

    /**
     * After the promotion of a standby, counted from when it accepts connections as the primary: an attempt, in which each
     * of the {@code hosts} but the last may leave the node without an answer, and the settle.
     */
    public Duration takeoverAfterPromotion(int hosts) {
        return takeoverAfterRestart().plus(connectLimit().multipliedBy(hosts - 1L));
    }

    /** How long one host may leave an attempt to connect without an answer, in whole seconds. */
    Duration connectLimit() {
        return Duration.ofSeconds(Math.max(1, (lease.replyLimit() + SECOND - 1) / SECOND));
    }

    /** All of it as a lock service says it, where a URL names that many hosts. */
    public Guarantee guarantee(int hosts) {
        Map<Mishap, Duration> takeover = new EnumMap<>(Mishap.class);
        takeover.put(Mishap.CLEAN_STOP, takeoverAfterCleanStop());
        takeover.put(Mishap.CRASH, takeoverAfterCrash());
        takeover.put(Mishap.HANG, takeoverAfterSilence());
        takeover.put(Mishap.PARTITION, takeoverAfterSilence());
        takeover.put(Mishap.RESTART, takeoverAfterRestart());
        takeover.put(Mishap.PROMOTION, takeoverAfterPromotion(hosts));
        return new Guarantee(true, true, Optional.of(lease), new Bounds(takeover, Optional.of(worstOverlap())));
    }

    /** How long two children can run at once: not at all, under the assumptions of {@link PostgresLocks}. */
    public Duration worstOverlap() {
        return Duration.ZERO;
    }

    /** How long closing the locks may take after the last child has ended: the server answers within it, or never. */
    public Duration longestRelease() {
        return lease.length();
    }

    /** Statements a second of an idle node that runs a child. */
    public double statementsPerSecondRunning() {
        return (double) SECOND / lease.heartbeat();
    }

    /** Statements a second of an idle node that stands by. */
    public double statementsPerSecondStandingBy() {
        return (double) SECOND / idleHeartbeat() + (double) SECOND / poll();
    }

    /** Connections of a node, whatever the number of its keys. */
    public int connections() {
        return 1;
    }

    /**
     * The longest lease with which another node's child starts within {@code takeover} whatever happens to one node;
     * {@link Lease#MIN} may be too long as well.
     */
    public static Duration longestLeaseFor(Duration takeover) {
        // 2.35 leases and a poll, which is 1.5 s from a lease of 2 s on, and 0.75 of a shorter one.
        long nanos = takeover.toNanos();
        long longer = (long) ((nanos - MOST_JITTER * SECOND) / 2.35);
        long length = longer >= 2 * SECOND ? longer : Math.min(2 * SECOND - 1, (long) (nanos / 3.1));
        return Duration.ofMillis(Math.max(0, length / 1_000_000));
    }
}
