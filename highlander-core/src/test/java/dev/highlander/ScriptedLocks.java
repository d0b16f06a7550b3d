package dev.highlander;

import dev.highlander.lock.Bounds;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Node;
import dev.highlander.lock.Subscription;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A lock service that does what a test says. */
final class ScriptedLocks implements Locks {
    final BlockingQueue<Claimant> claims = new LinkedBlockingQueue<>();
    volatile Condition condition = Condition.ready();
    volatile Runnable whenClaimed = () -> {};
    volatile Runnable whenWithdrawn = () -> {};
    volatile Runnable whenClosed = () -> {};
    private final Time time;
    private final Lease lease;

    ScriptedLocks(Time time) {
        this(time, Duration.ofSeconds(60));
    }

    ScriptedLocks(Time time, Duration lease) {
        this.time = time;
        this.lease = Lease.of(lease);
    }

    Claimant nextClaim() throws InterruptedException {
        Claimant claimant = claims.poll(20, TimeUnit.SECONDS);
        if (claimant == null) {
            throw new AssertionError("nobody claims");
        }
        return claimant;
    }

    /** A hold under which a child may start. */
    ScriptedHold grantTo(Claimant claimant) {
        ScriptedHold hold = new ScriptedHold(time.nanos() + lease.nanos());
        claimant.granted(hold);
        claimant.startable(hold);
        return hold;
    }

    @Override
    public Claim claim(Key key, Claimant claimant) {
        claims.add(claimant);
        whenClaimed.run();
        return () -> whenWithdrawn.run();
    }

    @Override
    public CompletionStage<Optional<Holder>> holder(Key key) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public Guarantee guarantee() {
        return new Guarantee(true, true, Optional.of(lease), Bounds.NONE);
    }

    @Override
    public Condition condition() {
        return condition;
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        return () -> {};
    }

    @Override
    public Node node() {
        return Node.named("node");
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public void close() {
        whenClosed.run();
    }

    /** What a test grants. */
    static final class ScriptedHold implements Hold {
        private final CountDownLatch released = new CountDownLatch(1);
        volatile String ending;
        volatile long deadBy;

        ScriptedHold(long deadBy) {
            this.deadBy = deadBy;
        }

        boolean isReleased() {
            return released.getCount() == 0;
        }

        boolean awaitReleased() throws InterruptedException {
            return released.await(20, TimeUnit.SECONDS);
        }

        @Override
        public Key key() {
            return Key.of("key");
        }

        @Override
        public long token() {
            return 7;
        }

        @Override
        public long startNotBefore() {
            return 0;
        }

        @Override
        public long deadBy() {
            return deadBy;
        }

        @Override
        public void release() {
            released.countDown();
        }

        @Override
        public void release(String how) {
            ending = how;
            release();
        }
    }
}
