package dev.highlander.supervisor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A child as its supervisor's machine sees it; only the machine writes to it. */
final class Member {
    /** Where a child is. */
    enum Phase {
        /** Nothing of it runs. */
        ABSENT,
        /** It is being started. */
        STARTING,
        /** It runs. */
        RUNNING,
        /** It was asked to end, and has not yet. */
        STOPPING,
        /** It has ignored its kill. */
        STUCK
    }

    /**
     * What the machine has to know of a spec.
     *
     * @param slot what the runner calls it
     * @param grace how long a stop may take before the kill, in nanoseconds
     */
    record Traits(int slot, String id, ChildType type, Restart restart, long grace, boolean significant) {}

    final Traits traits;
    Phase phase = Phase.ABSENT;
    /** It is to be started when its turn comes. */
    boolean wanted;
    /** It is to be stopped when its turn comes, or is being stopped. */
    boolean doomed;
    /** It has not been started since the supervisor began. */
    boolean initial;
    /** It is listed only if its first start succeeds. */
    boolean onTrial;
    /** It has ended or could not be started, and has not come up since. */
    boolean restarting;
    /** It is not to be started before. */
    long notBefore;

    // For the backoff.
    long upSince;
    int inARow;

    // Of the present stop.
    long killAt;
    long shareEnds;
    boolean killed;

    /** It has said that something of its own is stuck. */
    boolean foundStuck;

    /** Why it can't be looked after. */
    @Nullable
    Throwable broken;

    /** Who waits for its start. */
    @Nullable
    Long startCall;
    /** Who waits for its end. */
    final List<Long> stopCalls = new ArrayList<>();

    Member(Traits traits) {
        this.traits = traits;
    }

    boolean isPresent() {
        return phase != Phase.ABSENT;
    }

    /** Whether its time to be started has not come yet. */
    boolean waits(long now) {
        return wanted && !isPresent() && notBefore > now;
    }

    boolean isTemporary() {
        return traits.restart() == Restart.NEVER;
    }

    ChildInfo info() {
        return new ChildInfo(traits.id(), traits.type(), isPresent());
    }

    @Override
    public String toString() {
        return traits.id() + " " + phase;
    }
}
