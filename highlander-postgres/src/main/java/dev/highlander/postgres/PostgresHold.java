package dev.highlander.postgres;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import java.util.concurrent.atomic.AtomicBoolean;

/** A hold as its claimant sees it. */
final class PostgresHold implements Hold {
    /** Is told, on any thread, of a hold that is given back, and how its term ended. */
    @FunctionalInterface
    interface Releaser {
        void release(long hold, String ending);
    }

    private final long id;
    private final Key key;
    private final long startNotBefore;
    private final Sent asked;
    private final SessionTrust trust;
    private final Releaser releaser;
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile long token = -1;

    PostgresHold(long id, Key key, long startNotBefore, Sent asked, SessionTrust trust, Releaser releaser) {
        this.id = id;
        this.key = key;
        this.startNotBefore = startNotBefore;
        this.asked = asked;
        this.trust = trust;
        this.releaser = releaser;
    }

    void startable(long termToken) {
        token = termToken;
    }

    @Override
    public Key key() {
        return key;
    }

    @Override
    public long token() {
        long known = token;
        if (known < 0) {
            throw new IllegalStateException("The token of " + key + " is not known before the hold is startable.");
        }
        return known;
    }

    @Override
    public long startNotBefore() {
        return startNotBefore;
    }

    @Override
    public long deadBy() {
        return trust.deadBy(asked);
    }

    @Override
    public void release() {
        release("stopped");
    }

    @Override
    public void release(String ending) {
        if (!released.getAndSet(true)) {
            releaser.release(id, ending);
        }
    }
}
