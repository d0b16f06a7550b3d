package dev.highlander.supervisor;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The restarts of the last while, and how many are too many; as OTP counts them: one at the window's edge is in it. Not safe
 * for use by several threads.
 */
public final class RestartWindow {
    private final int most;
    private final long length;
    private final Deque<Long> restarts = new ArrayDeque<>();

    /** For {@code most} restarts within {@code length} nanoseconds. */
    public RestartWindow(int most, long length) {
        this.most = most;
        this.length = length;
    }

    /** Counts one more, at {@code now} in nanoseconds. */
    public boolean isOneTooMany(long now) {
        restarts.addLast(now);
        while (restarts.getFirst() < now - length) {
            restarts.removeFirst();
        }
        return restarts.size() > most;
    }
}
