package dev.highlander.postgres;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.postgres.SimOptions.Mistake;

/** A real hold, with the mistakes that can be made with one. */
final class ExploreHold implements Hold {
    private final Hold real;
    private final ExploreNode node;
    private final boolean evidence;
    private boolean startedEarly;

    ExploreHold(Hold real, ExploreNode node, boolean evidence) {
        this.real = real;
        this.node = node;
        this.evidence = evidence;
    }

    /** Whether it need not settle. */
    boolean hasEvidence() {
        return evidence;
    }

    void startsEarly() {
        startedEarly = true;
    }

    boolean startedEarly() {
        return startedEarly;
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
        boolean lies = node.makes(Mistake.STARTS_WITHOUT_A_LOOK_AT_THE_LEASE) && !node.hasChild();
        return lies ? Long.MAX_VALUE : real.deadBy();
    }

    /** The end of the lease, whatever mistakes are made about it. */
    long trueDeadBy() {
        return real.deadBy();
    }

    @Override
    public void release() {
        real.release();
    }
}
