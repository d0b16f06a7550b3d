package dev.highlander.postgres;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.SimOptions.Mistake;

/** A real hold under observation, and the mistakes that can be made about it. */
final class SimHold implements Hold {
    private final Hold real;
    private final SimSingleton singleton;
    private final SimTruth truth;
    private final LockId lock;
    private final long grantedAt;
    private final long trueLease;
    private final Runnable startable;
    private boolean startedEarly;
    private boolean released;

    SimHold(Hold real, SimSingleton singleton, SimTruth truth, Runnable startable) {
        this.real = real;
        this.singleton = singleton;
        this.truth = truth;
        this.lock = LockId.of(real.key(), Namespace.DEFAULT);
        this.grantedAt = truth.grantedAt(lock);
        this.trueLease = (long) (singleton.lease().nanos() / singleton.clockRate());
        this.startable = startable;
    }

    @Override
    public Key key() {
        return real.key();
    }

    LockId lock() {
        return lock;
    }

    /** The session that it is a hold of. */
    SimServer.Backend backend() {
        return truth.backend();
    }

    @Override
    public long token() {
        return startedEarly ? 0 : real.token();
    }

    @Override
    public long startNotBefore() {
        return real.startNotBefore();
    }

    @Override
    public long deadBy() {
        long deadBy = real.deadBy();
        return switch (singleton.mistake()) {
            case STARTS_WITHOUT_A_LOOK_AT_THE_LEASE -> singleton.hasStarted(this) ? deadBy : Long.MAX_VALUE;
            case STOPS_WHEN_THE_LEASE_ENDS ->
                deadBy + singleton.lease().stopBudget() + singleton.lease().margin();
            case KEEPS_ITS_HOLD_OVER_A_RECONNECT -> Math.max(deadBy, singleton.latestTrust());
            default -> deadBy;
        };
    }

    /** When its child must be down, in true time, whatever mistakes are made about it. */
    long trueDeadBy() {
        return Math.max(grantedAt, truth.latestCheck()) + trueLease;
    }

    @Override
    public void release() {
        if (makes(Mistake.FORGETS_A_GRANT_THAT_COMES_TOO_LATE) && singleton.isIdle()) {
            return;
        }
        released = true;
        singleton.releasing(this);
        real.release();
    }

    boolean isReleased() {
        return released;
    }

    /** A mistake: while the child may still run. */
    void releaseEarly() {
        real.release();
    }

    /** A mistake: before the reply to run. */
    void startEarly() {
        startedEarly = true;
        startable.run();
    }

    boolean startedEarly() {
        return startedEarly;
    }

    boolean makes(Mistake mistake) {
        return singleton.mistake() == mistake;
    }
}
