package dev.highlander.time;

import java.time.Instant;

/**
 * The clocks and threads of one process, as an argument.
 *
 * <p>Durations are measured on {@link #nanos()} alone. The wall clock is for people to read, and for one more thing:
 * most machines stop their monotonic clock while suspended, so {@link #leap()} tells how far the wall clock has jumped
 * ahead of it. Whoever trusts something "until sent + lease" has to take the leap off that deadline; whoever waits must
 * not shorten the wait by it, since a wall clock can also jump because someone set it.
 *
 * <p>All methods may be called from any thread and return at once.
 */
public interface Time {
    /** The clocks of this machine and real threads; one for the whole JVM. */
    static Time system() {
        return SystemTime.INSTANCE;
    }

    /**
     * Monotonic time in nanoseconds since an arbitrary start: never negative and never wrapping, so that instants may be
     * compared with {@code <} and {@link Long#MAX_VALUE} means "never".
     */
    long nanos();

    /**
     * How many nanoseconds the wall clock has run ahead of {@link #nanos()} in jumps so far: never falls. It grows when a
     * suspended machine resumes, and when somebody sets the clock forward.
     */
    long leap();

    /** The wall clock, for people. */
    Instant instant();

    /** A new thread of work with timers; close it to end the thread. */
    Agenda agenda(String name);

    /** Runs {@code work}, which may block, on a new daemon thread of that name. */
    Fork fork(String name, Runnable work);

    /** Work that was given a thread of its own. */
    interface Fork {
        /** Interrupts the work; harmless once it has ended. */
        void interrupt();
    }

    /** {@code a + b} for instants and durations in nanoseconds, where anything beyond the end of time means "never". */
    static long plus(long a, long b) {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }
}
