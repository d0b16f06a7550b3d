package dev.highlander.cluster;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.time.Time;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/** A hold as its claimant sees it. */
final class ClusterHold implements Hold {
    private final long id;
    private final Key key;
    private final long token;
    private final Lease lease;
    private final Time time;
    private final LongConsumer releaser;
    private final AtomicBoolean released = new AtomicBoolean();
    private final long grantedAt;
    private volatile Moment trust;
    private volatile boolean startable;

    ClusterHold(long id, Key key, long token, Moment trust, Lease lease, Time time, LongConsumer releaser) {
        this.id = id;
        this.key = key;
        this.token = token;
        this.trust = trust;
        this.grantedAt = trust.at();
        this.lease = lease;
        this.time = time;
        this.releaser = releaser;
    }

    void trust(Moment later) {
        trust = later;
    }

    void startable() {
        startable = true;
    }

    boolean isReleased() {
        return released.get();
    }

    @Override
    public Key key() {
        return key;
    }

    @Override
    public long token() {
        if (!startable) {
            throw new IllegalStateException("The token of " + key + " is not known before the hold is startable.");
        }
        return token;
    }

    @Override
    public long startNotBefore() {
        return grantedAt;
    }

    @Override
    public long deadBy() {
        return trust.deadBy(lease.nanos(), time.leap());
    }

    @Override
    public void release() {
        if (!released.getAndSet(true)) {
            releaser.accept(id);
        }
    }
}
