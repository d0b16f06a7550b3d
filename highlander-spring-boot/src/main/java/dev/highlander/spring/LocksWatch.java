package dev.highlander.spring;

import dev.highlander.lock.Condition;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Subscription;
import java.time.Duration;

/** Follows how the lock service is. */
final class LocksWatch implements AutoCloseable {
    private final Locks locks;
    private final Duration patience;
    private final Subscription subscription;
    private Reachability reachability; // guarded by this

    LocksWatch(Locks locks, Duration patience) {
        this.locks = locks;
        this.patience = patience;
        this.reachability = Reachability.from(locks.time().nanos());
        this.subscription = locks.listen(this::become);
        become(locks.condition());
    }

    private synchronized void become(Condition condition) {
        reachability = reachability.after(condition, locks.time().nanos());
    }

    synchronized Reachability.Verdict verdict() {
        return reachability.verdict(locks.time().nanos(), patience);
    }

    synchronized boolean isReady() {
        return reachability.ready();
    }

    @Override
    public void close() {
        subscription.close();
    }
}
