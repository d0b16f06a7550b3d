package dev.highlander;

import dev.highlander.SingletonMachine.Next;
import dev.highlander.SingletonMachine.Restarts;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.RestartWindow;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a singleton whose child has ended by itself: restarts within an intensity, in place or not, and a time to
 * stand aside for one that keeps ending.
 *
 * <p>One for all the runs of a wrapped child in this JVM, so that a restart by its supervisor is not forgotten.
 */
final class Restarting implements Restarts {
    static final Restarts NEVER = (exit, ranFor, now) -> new Next.Over(false);

    /**
     * How much is borne.
     *
     * @param most this many restarts within the window
     * @param window in nanoseconds
     * @param inPlace whether these are done here, under the same term
     * @param standAside for how long another node is left to try when there would be more, in nanoseconds; 0 for never
     */
    record Intensity(int most, long window, boolean inPlace, long standAside) {
        RestartWindow noneYet() {
            return new RestartWindow(most, window);
        }
    }

    private final Restart when;
    private final Intensity intensity;
    private final @Nullable Backoff backoff;
    private final DoubleSupplier random;

    // Guarded by this.
    private RestartWindow restarts;
    private int inARow;
    private boolean stoodAside;

    private Restarting(Restart when, Intensity intensity, @Nullable Backoff backoff, DoubleSupplier random) {
        this.when = when;
        this.intensity = intensity;
        this.backoff = backoff;
        this.random = random;
        this.restarts = intensity.noneYet();
    }

    /** For a child that is restarted for ever, with backoff; {@code random} gives numbers in [0, 1). */
    static Restarting started(Restart when, Intensity intensity, Backoff backoff, DoubleSupplier random) {
        return new Restarting(when, intensity, backoff, random);
    }

    /** For a child under a supervisor, which is told of its end. */
    static Restarting wrapped(Restart when, Intensity intensity) {
        return new Restarting(when, intensity, null, () -> 0);
    }

    @Override
    public synchronized Next after(Exit exit, long ranFor, long now) {
        if (!when.after(exit)) {
            return new Next.Over(false);
        }
        ran(ranFor);
        return backoff == null ? underASupervisor(now) : forEver(backoff, now);
    }

    @Override
    public synchronized void ran(long ranFor) {
        if (ranFor >= (backoff == null ? intensity.standAside : backoff.max().toNanos())) {
            inARow = 0;
            stoodAside = false;
        }
    }

    private Next underASupervisor(long now) {
        if (!restarts.isOneTooMany(now)) {
            return intensity.inPlace ? new Next.InPlace() : new Next.Over(false);
        }
        restarts = intensity.noneYet();
        if (intensity.standAside == 0 || stoodAside) {
            return new Next.Over(true);
        }
        stoodAside = true;
        return new Next.Aside(intensity.standAside);
    }

    private Next forEver(Backoff waits, long now) {
        boolean tooMany = restarts.isOneTooMany(now);
        if (intensity.inPlace && !tooMany) {
            return new Next.InPlace();
        }
        restarts = intensity.noneYet();
        long wait = waits.nanos(inARow++, random.getAsDouble());
        boolean loop = intensity.inPlace || inARow > intensity.most;
        return loop && intensity.standAside > 0
                ? new Next.Aside(Math.max(wait, intensity.standAside))
                : new Next.Later(wait);
    }
}
