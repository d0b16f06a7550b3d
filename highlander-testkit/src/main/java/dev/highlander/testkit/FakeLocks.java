package dev.highlander.testkit;

import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Node;
import dev.highlander.lock.StuckChildException;
import dev.highlander.lock.Subscription;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Locks that a test grants and takes away. Nothing happens by itself: claims wait until {@link #grant} is called, and
 * claimants are told on the thread of whoever makes something happen.
 *
 * <p>It promises nothing ({@link Guarantee#neverTwo()} is false), so that no child that a test leaves behind halts the
 * JVM.
 */
public final class FakeLocks implements Locks {
    private final Time time;
    private final Optional<Lease> lease;
    private final Node node;
    private final List<Consumer<Condition>> listeners = new CopyOnWriteArrayList<>();

    // Guarded by this.
    private final List<FakeClaim> claims = new ArrayList<>();
    private final List<FakeHold> holds = new ArrayList<>();
    private Condition condition = Condition.ready();
    private long token;
    private int claimed;
    private Consumer<Key> onWithdraw = key -> {};

    private FakeLocks(Time time, Optional<Lease> lease, Node node) {
        this.time = time;
        this.lease = lease;
        this.node = node;
    }

    /** Whose holds never expire. */
    public static FakeLocks withoutLease(Time time) {
        return new FakeLocks(time, Optional.empty(), Node.named("node"));
    }

    /** Whose holds expire a lease after the grant, unless they are {@linkplain FakeHold#confirm() confirmed}. */
    public static FakeLocks withLease(Time time, Lease lease) {
        return new FakeLocks(time, Optional.of(lease), Node.named("node"));
    }

    /** Grants {@code key} to the claim that has waited longest, and says at once that it is startable. */
    public FakeHold grant(Key key) {
        FakeHold hold = grantUnsettled(key);
        hold.startable();
        return hold;
    }

    /**
     * Grants {@code key} to the claim that has waited longest, not yet startable.
     *
     * @throws IllegalStateException if nobody waits for it, or somebody holds it
     */
    public FakeHold grantUnsettled(Key key) {
        return grantUnsettled(key, Duration.ZERO);
    }

    /**
     * Grants {@code key} to the claim that has waited longest, expected to be startable after {@code settle}.
     *
     * @throws IllegalStateException if nobody waits for it, or somebody holds it
     */
    public FakeHold grantUnsettled(Key key, Duration settle) {
        FakeClaim next;
        FakeHold hold;
        synchronized (this) {
            if (holds.stream().anyMatch(other -> other.key().equals(key) && !other.isReleased())) {
                throw new IllegalStateException("The key " + key + " is held.");
            }
            next = claims.stream()
                    .filter(claim -> claim.key.equals(key))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Nobody waits for the key " + key + "."));
            claims.remove(next);
            hold = new FakeHold(next, ++token, settle.toNanos());
            holds.add(hold);
        }
        next.claimant.granted(hold);
        return hold;
    }

    /** How many claims wait for {@code key}, ungranted. */
    public synchronized int waiting(Key key) {
        return (int) claims.stream().filter(claim -> claim.key.equals(key)).count();
    }

    /** Does {@code what} when a claim is about to be withdrawn, and can still be granted: for races. */
    public synchronized void onWithdraw(Consumer<Key> what) {
        onWithdraw = what;
    }

    /** How often {@link #claim} was called. */
    public synchronized int claimed() {
        return claimed;
    }

    /** All holds so far, the earliest first. */
    public synchronized List<FakeHold> holds() {
        return List.copyOf(holds);
    }

    /** Changes the condition, and tells the listeners. */
    public void condition(Condition next) {
        synchronized (this) {
            condition = next;
        }
        listeners.forEach(listener -> listener.accept(next));
    }

    @Override
    public synchronized Claim claim(Key key, Claimant claimant) {
        if (condition.phase() == Condition.Phase.CLOSED) {
            throw new IllegalStateException("These locks are closed.");
        }
        claimed++;
        FakeClaim claim = new FakeClaim(key, claimant);
        claims.add(claim);
        return claim;
    }

    @Override
    public synchronized CompletionStage<Optional<Holder>> holder(Key key) {
        return CompletableFuture.completedStage(holds.stream()
                .filter(hold -> hold.key().equals(key) && !hold.isReleased())
                .findFirst()
                .map(hold ->
                        new Holder(node.name(), Optional.empty(), OptionalLong.of(hold.number), Optional.empty())));
    }

    @Override
    public Guarantee guarantee() {
        return new Guarantee(false, true, lease);
    }

    @Override
    public synchronized Condition condition() {
        return condition;
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public void close() {
        boolean stuck;
        List<FakeClaim> waiting;
        synchronized (this) {
            waiting = List.copyOf(claims);
        }
        waiting.forEach(FakeClaim::withdraw);
        synchronized (this) {
            stuck = !holds.stream().allMatch(FakeHold::isReleased);
        }
        condition(Condition.closed());
        if (stuck) {
            throw new StuckChildException("A hold was never released.");
        }
    }

    private final class FakeClaim implements Claim {
        private final Key key;
        private final Claimant claimant;
        private boolean withdrawn; // guarded by the locks

        FakeClaim(Key key, Claimant claimant) {
            this.key = key;
            this.claimant = claimant;
        }

        @Override
        public void withdraw() {
            Consumer<Key> before;
            synchronized (FakeLocks.this) {
                before = withdrawn ? key -> {} : onWithdraw;
            }
            before.accept(key);
            synchronized (FakeLocks.this) {
                withdrawn = true;
                claims.remove(this);
            }
        }
    }

    /** A hold, and what befalls it. */
    public final class FakeHold implements Hold {
        private final FakeClaim claim;
        private final long number;
        private final long startNotBefore;

        // Guarded by the locks.
        private long sent;
        private long leapAtSent;
        private @Nullable Long fixedDeadBy;
        private boolean startable;
        private boolean lost;
        private boolean released;

        private FakeHold(FakeClaim claim, long number, long settle) {
            this.claim = claim;
            this.number = number;
            this.startNotBefore = Time.plus(time.nanos(), settle);
            this.sent = time.nanos();
            this.leapAtSent = time.leap();
        }

        /** Tells the claimant that it may start, unless the hold is released. */
        public void startable() {
            synchronized (FakeLocks.this) {
                if (released) {
                    return;
                }
                startable = true;
            }
            claim.claimant.startable(this);
        }

        /** A check that is sent now is confirmed. */
        public void confirm() {
            synchronized (FakeLocks.this) {
                sent = time.nanos();
                leapAtSent = time.leap();
                fixedDeadBy = null;
            }
        }

        /** From now on {@link #deadBy()} is that, until the next {@link #confirm()}. */
        public void deadBy(long nanos) {
            synchronized (FakeLocks.this) {
                fixedDeadBy = nanos;
            }
        }

        /** Tells the claimant that the hold is lost, unless it is released or was lost before. */
        public void lose(Loss why) {
            synchronized (FakeLocks.this) {
                if (released || lost) {
                    return;
                }
                lost = true;
            }
            claim.claimant.lost(this, why);
        }

        public boolean isReleased() {
            synchronized (FakeLocks.this) {
                return released;
            }
        }

        @Override
        public Key key() {
            return claim.key;
        }

        @Override
        public long token() {
            synchronized (FakeLocks.this) {
                if (!startable) {
                    throw new IllegalStateException("The hold of " + claim.key + " is not startable yet.");
                }
                return number;
            }
        }

        @Override
        public long startNotBefore() {
            return startNotBefore;
        }

        @Override
        public long deadBy() {
            synchronized (FakeLocks.this) {
                if (fixedDeadBy != null) {
                    return fixedDeadBy;
                }
                return lease.isEmpty()
                        ? Long.MAX_VALUE
                        : Time.plus(sent, lease.get().nanos()) - (time.leap() - leapAtSent);
            }
        }

        @Override
        public void release() {
            synchronized (FakeLocks.this) {
                if (released) {
                    return;
                }
                released = true;
                if (!claim.withdrawn) {
                    claims.add(claim);
                }
            }
        }
    }
}
