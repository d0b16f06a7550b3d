package dev.highlander.postgres;

import dev.highlander.WhenStuck;
import dev.highlander.lock.Lease;
import java.util.function.DoubleSupplier;

/**
 * What is simulated.
 *
 * @param protocol makes each session's protocol
 * @param drift how far from one the rate of a clock may be
 * @param whenStuck what is done about a child that ignores its kill
 * @param guarded whether the server sees to it that run and clean are only said by who holds the lock
 * @param mistake a mistake outside the protocol
 */
record SimOptions(Protocols protocol, double drift, WhenStuck whenStuck, boolean guarded, Mistake mistake) {
    /** Makes protocols: the real one, or one with a mistake. */
    @FunctionalInterface
    interface Protocols {
        PostgresProtocol make(Lease lease, LockId leaseLock, DoubleSupplier random);
    }

    /** Mistakes of those who use the protocol. */
    enum Mistake {
        NONE,
        RELEASES_WHEN_THE_STOP_BEGINS,
        STARTS_WITHOUT_A_LOOK_AT_THE_LEASE,
        STARTS_WHEN_RUN_IS_SENT
    }

    static SimOptions real() {
        return new SimOptions(PostgresProtocol::new, 0.1, WhenStuck.HALT, true, Mistake.NONE);
    }

    SimOptions protocol(Protocols other) {
        return new SimOptions(other, drift, whenStuck, guarded, mistake);
    }

    SimOptions drift(double rate) {
        return new SimOptions(protocol, rate, whenStuck, guarded, mistake);
    }

    SimOptions whenStuck(WhenStuck what) {
        return new SimOptions(protocol, drift, what, guarded, mistake);
    }

    SimOptions unguarded() {
        return new SimOptions(protocol, drift, whenStuck, false, mistake);
    }

    SimOptions mistake(Mistake which) {
        return new SimOptions(protocol, drift, whenStuck, guarded, which);
    }
}
