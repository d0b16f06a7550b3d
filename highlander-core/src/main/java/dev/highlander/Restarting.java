package dev.highlander;

import dev.highlander.SingletonMachine.Restarts;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import java.util.function.DoubleSupplier;

/** Restarts with backoff: the count of failures in a row is forgotten once a child has run for the longest wait. */
final class Restarting implements Restarts {
    static final Restarts NEVER = (exit, ranFor) -> -1;

    private final Restart when;
    private final Backoff backoff;
    private final DoubleSupplier random;
    private int failures;

    /** {@code random} gives numbers in [0, 1). */
    Restarting(Restart when, Backoff backoff, DoubleSupplier random) {
        this.when = when;
        this.backoff = backoff;
        this.random = random;
    }

    @Override
    public long waitAfter(Exit exit, long ranFor) {
        if (!when.after(exit)) {
            return -1;
        }
        if (ranFor >= backoff.max().toNanos()) {
            failures = 0;
        }
        return backoff.nanos(failures++, random.getAsDouble());
    }
}
