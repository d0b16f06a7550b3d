package dev.highlander.time;

/**
 * One thread's worth of work and timers, done one at a time.
 *
 * <p>Work must return at once: no I/O, no locks that others hold while they block, no foreign code. Work given from one
 * thread is done in the order given. A timer never runs early. Work that throws is reported to the thread's uncaught
 * exception handler, and the agenda goes on.
 */
public interface Agenda extends AutoCloseable {
    /** Does {@code work} soon, after what was given before; ignored once closed. From any thread. */
    void execute(Runnable work);

    /** Does {@code work} when {@link Time#nanos()} has reached {@code nanos}; ignored once closed. From any thread. */
    Timer at(long nanos, Runnable work);

    /** Whether the calling thread is doing this agenda's work. */
    boolean isCurrent();

    /** Drops what is still to be done and ends the thread, without waiting for it; idempotent. */
    @Override
    void close();

    /** Work that waits for its time. */
    interface Timer {
        /** Takes the work off the agenda if it has not begun; from any thread. */
        void cancel();
    }
}
