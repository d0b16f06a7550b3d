package dev.highlander.postgres;

import dev.highlander.time.Time;
import org.jspecify.annotations.Nullable;

/** The latest confirmed check of a session, which is good for all its holds; not raised any more once it is over. */
final class SessionTrust {
    private final Time time;
    private final long lease;
    private volatile @Nullable Sent latest;

    /** {@code lease} is in nanoseconds. */
    SessionTrust(Time time, long lease) {
        this.time = time;
        this.lease = lease;
    }

    void raise(Sent check) {
        latest = check;
    }

    /** The end of the lease of a hold whose grant was asked for at {@code asked}. */
    long deadBy(Sent asked) {
        Sent check = latest;
        long byGrant = asked.deadBy(lease, time);
        return check == null ? byGrant : Math.max(byGrant, check.deadBy(lease, time));
    }
}
