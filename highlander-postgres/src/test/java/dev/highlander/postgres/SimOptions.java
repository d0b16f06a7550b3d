package dev.highlander.postgres;

import dev.highlander.WhenStuck;
import dev.highlander.lock.Lease;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * What is simulated.
 *
 * @param protocol makes each session's protocol
 * @param drift how far from one the rate of a clock may be
 * @param whenStuck what is done about a child that ignores its kill
 * @param guarded whether the server sees to it that run and clean are only said by who holds the lock
 * @param mistake a mistake outside the protocol
 * @param beyond an assumption that does not hold
 * @param worst whether it is always the worst weather: see {@link #grim}
 * @param aim what all planned faults are; null for faults of all kinds at all moments
 * @param kept whether the nodes keep a ledger
 * @param only all that goes wrong, by name; null for everything that chance comes up with
 */
record SimOptions(
        Protocols protocol,
        double drift,
        WhenStuck whenStuck,
        boolean guarded,
        Mistake mistake,
        Beyond beyond,
        boolean worst,
        Aim aim,
        SimKeeping.Kept kept,
        Set<String> only) {
    /** A kind of fault, and the moment that it waits for. */
    record Aim(SimFault.Kind kind, SimFault.Moment moment) {}

    /** Makes protocols: the real one, or one with a mistake. */
    @FunctionalInterface
    interface Protocols {
        PostgresProtocol make(Lease lease, LockId leaseLock, DoubleSupplier random);
    }

    /** Mistakes of those who use the protocol, and of its statements. */
    enum Mistake {
        NONE,
        RELEASES_WHEN_THE_STOP_BEGINS,
        RELEASES_WHEN_THE_KILL_IS_SENT,
        STARTS_WITHOUT_A_LOOK_AT_THE_LEASE,
        STARTS_WHEN_RUN_IS_SENT,
        STOPS_WHEN_THE_LEASE_ENDS,
        HALTS_WHEN_THE_LEASE_ENDS,
        KEEPS_ITS_HOLD_OVER_A_RECONNECT,
        FORGETS_A_GRANT_THAT_COMES_TOO_LATE,
        COUNTS_NO_SUSPENDED_TIME,
        MEASURES_BY_THE_WALL_CLOCK,
        READS_THE_CLOCK_AFTER_SENDING,
        ASKS_AGAIN_ON_THE_SAME_CONNECTION,
        GIVES_UP_CONNECTING,
        TOKEN_WITHOUT_ITS_TIMELINE,
        TOKEN_OF_A_BARE_TRANSACTION,
        TOKEN_FROM_BEFORE_THE_GRANT,
        TOKEN_WITHOUT_ITS_EPOCH,
        ROW_IN_A_TRANSACTION_OF_ITS_OWN,
        CLEAN_OF_WHATEVER_TERM_IS_LAST,
        LETS_A_NODE_IN_THAT_KEEPS_NO_LEDGER
    }

    /** Assumptions without which the promise can't be kept, besides the rates of clocks and children that can be killed. */
    enum Beyond {
        NOTHING,
        /** The one before goes on confirming after a standby was promoted. */
        TWO_PRIMARIES,
        /** What the server said was committed is lost in a crash. */
        LOST_COMMITS,
        /** A machine is suspended, and none of its clocks tells. */
        UNSEEN_SUSPENDS
    }

    static SimOptions real() {
        return new SimOptions(
                PostgresProtocol::new,
                0.1,
                WhenStuck.HALT,
                true,
                Mistake.NONE,
                Beyond.NOTHING,
                false,
                null,
                SimKeeping.Kept.BY_SEED,
                null);
    }

    SimOptions protocol(Protocols other) {
        return new SimOptions(other, drift, whenStuck, guarded, mistake, beyond, worst, aim, kept, only);
    }

    SimOptions drift(double rate) {
        return new SimOptions(protocol, rate, whenStuck, guarded, mistake, beyond, worst, aim, kept, only);
    }

    SimOptions whenStuck(WhenStuck what) {
        return new SimOptions(protocol, drift, what, guarded, mistake, beyond, worst, aim, kept, only);
    }

    SimOptions unguarded() {
        return new SimOptions(protocol, drift, whenStuck, false, mistake, beyond, worst, aim, kept, only);
    }

    SimOptions mistake(Mistake which) {
        return new SimOptions(protocol, drift, whenStuck, guarded, which, beyond, worst, aim, kept, only);
    }

    SimOptions beyond(Beyond which) {
        return new SimOptions(protocol, drift, whenStuck, guarded, mistake, which, worst, aim, kept, only);
    }

    /** In the worst weather: sessions end right after a check, nobody is told, children hang on, and tries are slow. */
    SimOptions grim() {
        return new SimOptions(protocol, drift, whenStuck, guarded, mistake, beyond, true, aim, kept, only);
    }

    /** With no planned faults but of that kind, soon after that moment. */
    SimOptions aim(SimFault.Kind kind, SimFault.Moment moment) {
        return new SimOptions(
                protocol, drift, whenStuck, guarded, mistake, beyond, worst, new Aim(kind, moment), kept, only);
    }

    /** Whether the nodes keep a ledger; in some runs unless this says something else. */
    SimOptions kept(SimKeeping.Kept when) {
        return new SimOptions(protocol, drift, whenStuck, guarded, mistake, beyond, worst, aim, when, only);
    }

    /** With nothing going wrong but what has these names. */
    SimOptions only(Set<String> names) {
        return new SimOptions(
                protocol, drift, whenStuck, guarded, mistake, beyond, worst, aim, kept, Set.copyOf(names));
    }

    /** Whether what has this name may go wrong. */
    boolean has(String name) {
        return only == null || only.contains(name);
    }
}
