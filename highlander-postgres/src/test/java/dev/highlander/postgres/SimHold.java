package dev.highlander.postgres;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.postgres.SimOptions.Mistake;

/** A real hold under observation. */
final class SimHold implements Hold {
    private final Hold real;
    private final SimSingleton singleton;
    private final Runnable startable;
    private boolean startedEarly;
    private boolean released;

    SimHold(Hold real, SimSingleton singleton, Runnable startable) {
        this.real = real;
        this.singleton = singleton;
        this.startable = startable;
    }

    @Override
    public Key key() {
        return real.key();
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
        boolean lies = singleton.makes(Mistake.STARTS_WITHOUT_A_LOOK_AT_THE_LEASE) && !singleton.hasChild();
        return lies ? Long.MAX_VALUE : real.deadBy();
    }

    /** The end of the lease, whatever mistakes are made about it. */
    long trueDeadBy() {
        return real.deadBy();
    }

    @Override
    public void release() {
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
}
