package dev.highlander.cli;

import dev.highlander.State;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Phase;
import java.util.Optional;

/**
 * Whether a node is well: it runs its command, or could. A standby is; one that its lock service refuses, or that has been
 * without it for long, is not. Times are nanoseconds of one clock; used by one thread at a time.
 */
final class Health {
    private final long patience;
    private Condition present = Condition.connecting();
    private boolean refused;
    private boolean ready;
    private long apartSince;

    /** {@code patience} is for how long the lock service may be out of reach. */
    Health(long patience, long now) {
        this.patience = patience;
        this.apartSince = now;
    }

    void condition(Condition next, long now) {
        present = next;
        if (ready && next.phase() != Phase.READY) {
            apartSince = now;
        }
        ready = next.phase() == Phase.READY;
        // Until it is ready: it is connecting again and again in between.
        refused = !ready && (refused || next.phase() == Phase.REFUSED);
    }

    Condition present() {
        return present;
    }

    /** What is wrong; empty if it is well. */
    Optional<String> complaint(State state, long now) {
        if (state == State.STUCK) {
            return Optional.of("the command has not ended although it was killed");
        }
        if (refused) {
            return Optional.of("the lock service refuses this node");
        }
        return !ready && now - apartSince > patience
                ? Optional.of(
                        "the lock service has been out of reach for " + (now - apartSince) / 1_000_000_000L + " s")
                : Optional.empty();
    }
}
