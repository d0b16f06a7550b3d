package dev.highlander.drills;

import java.util.concurrent.locks.LockSupport;

/**
 * The one clock of all processes of a machine.
 *
 * <p>On Linux {@link System#nanoTime()} is {@code CLOCK_MONOTONIC} as it is, with no offset for each JVM, so that readings
 * of different processes can be compared; a test starts another JVM and sees that they can. Elsewhere this need not hold.
 */
public final class MachineClock {
    private MachineClock() {}

    public static long nanos() {
        return System.nanoTime();
    }

    /** Waits for that moment: for a fault that is made of time, not for something to happen. */
    public static void until(long nanos) throws InterruptedException {
        for (long left = nanos - nanos(); left > 0; left = nanos - nanos()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException("while waiting for a moment");
            }
        }
    }

    static long millis(long millis) {
        return millis * 1_000_000;
    }
}
