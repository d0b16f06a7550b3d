package dev.highlander.testkit;

import dev.highlander.lock.Bounds;
import dev.highlander.lock.Check;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Listeners;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Node;
import dev.highlander.lock.StuckChildException;
import dev.highlander.lock.Subscription;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Locks that a test grants and takes away. Nothing happens by itself: claims wait until {@link #grant} is called, and
 * claimants are told on the thread of whoever makes something happen. Unless they are made {@linkplain #automatic()
 * automatic}: then keys are granted and kept as a lock service does, but for those that the test gives to another node,
 * takes away, or cuts off.
 *
 * <p>It promises nothing ({@link Guarantee#neverTwo()} is false), so that no child that a test leaves behind halts the
 * JVM.
 */
public final class FakeLocks implements Locks {
    private final Time time;
    private final Optional<Lease> lease;
    private final Node node;
    private final Listeners<Condition> listeners = new Listeners<>();
    private final Listeners<Check> checks = new Listeners<>();

    // Guarded by this.
    private final List<FakeClaim> claims = new ArrayList<>();
    private final List<FakeHold> holds = new ArrayList<>();
    private Condition condition = Condition.ready();
    private long token;
    private int claimed;
    private Consumer<Key> onWithdraw = key -> {};
    private final Map<Key, String> others = new HashMap<>();
    private @Nullable Agenda agenda;
    private boolean cutOff;

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

    /**
     * From now on keys are granted by themselves: each that is wanted and that no other node {@linkplain #giveToOther has},
     * at once and startable, in the order of the claims. Holds are confirmed every {@linkplain Lease#heartbeat() fifth of
     * the lease}. Claimants are told on an agenda of {@link #time()}.
     */
    public FakeLocks automatic() {
        Agenda mine;
        synchronized (this) {
            if (agenda != null) {
                return this;
            }
            mine = time.agenda("fake-locks " + node.name());
            agenda = mine;
        }
        beat(mine);
        grantWhatIsWanted();
        return this;
    }

    private void beat(Agenda mine) {
        lease.ifPresent(length -> mine.at(Time.plus(time.nanos(), length.heartbeat()), () -> {
            boolean reachable;
            synchronized (this) {
                reachable = !cutOff;
            }
            if (reachable) {
                List<FakeHold> present =
                        holds().stream().filter(hold -> !hold.isOver()).toList();
                OptionalLong deadBy =
                        present.stream().mapToLong(FakeHold::deadBy).min();
                long now = time.nanos();
                present.forEach(FakeHold::confirm);
                checks.tell(new Check(0, deadBy.isPresent() ? OptionalLong.of(deadBy.getAsLong() - now) : deadBy));
            }
            beat(mine);
        }));
    }

    /** In automatic mode, from a thread of its own. */
    private void grantWhatIsWanted() {
        Agenda mine;
        List<Key> wanted;
        synchronized (this) {
            mine = agenda;
            wanted = claims.stream().map(claim -> claim.key).distinct().toList();
        }
        if (mine != null) {
            wanted.forEach(key -> mine.execute(() -> {
                FakeHold hold = takeIfFree(key);
                if (hold != null) {
                    hold.claim.claimant.granted(hold);
                    hold.startable();
                }
            }));
        }
    }

    private synchronized @Nullable FakeHold takeIfFree(Key key) {
        boolean free = !cutOff
                && condition.phase() == Condition.Phase.READY
                && !others.containsKey(key)
                && held(key).isEmpty();
        return free ? take(key, 0) : null;
    }

    /**
     * Another node has {@code key} from now on, until it {@linkplain #freeFromOther frees} it. A hold of it here is lost, as
     * it is when another node rightly holds the key: {@link Loss#REVOKED}.
     */
    public void giveToOther(Key key, String otherNode) {
        Optional<FakeHold> present;
        synchronized (this) {
            others.put(key, otherNode);
            present = held(key);
        }
        present.ifPresent(hold -> hold.lose(Loss.REVOKED));
    }

    /** The other node has given {@code key} back. */
    public void freeFromOther(Key key) {
        synchronized (this) {
            others.remove(key);
        }
        grantWhatIsWanted();
    }

    /**
     * The hold of {@code key} here is lost. Whoever claims the key stays in the queue; in automatic mode it is granted again
     * as soon as the hold is released.
     *
     * @throws IllegalStateException if the key is not held here
     */
    public void lose(Key key, Loss why) {
        Optional<FakeHold> present;
        synchronized (this) {
            present = held(key);
        }
        present.orElseThrow(
                        () -> new IllegalStateException("The key " + key + " is not held here, so it can't be lost."))
                .lose(why);
    }

    /**
     * Nothing is granted or confirmed from now on: what is held expires with its lease, when the clock is turned; a lock
     * service without a lease notices nothing.
     */
    public void cutOff() {
        synchronized (this) {
            cutOff = true;
        }
        condition(Condition.connecting());
    }

    /** All is well again; in automatic mode what is wanted is granted. */
    public void reconnect() {
        synchronized (this) {
            cutOff = false;
        }
        condition(Condition.ready());
        grantWhatIsWanted();
    }

    private Optional<FakeHold> held(Key key) {
        return holds.stream()
                .filter(hold -> hold.key().equals(key) && !hold.isReleased())
                .findFirst();
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
        FakeHold hold;
        synchronized (this) {
            if (held(key).isPresent()) {
                throw new IllegalStateException("The key " + key + " is held.");
            }
            if (others.containsKey(key)) {
                throw new IllegalStateException("The key " + key + " is held by " + others.get(key) + ".");
            }
            hold = take(key, settle.toNanos());
            if (hold == null) {
                throw new IllegalStateException("Nobody waits for the key " + key + ".");
            }
        }
        hold.claim.claimant.granted(hold);
        return hold;
    }

    /** For the claim that has waited longest; guarded by this. */
    private @Nullable FakeHold take(Key key, long settle) {
        for (FakeClaim next : claims) {
            if (next.key.equals(key)) {
                claims.remove(next);
                FakeHold hold = new FakeHold(next, ++token, settle);
                holds.add(hold);
                return hold;
            }
        }
        return null;
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
        listeners.tell(next);
    }

    @Override
    public Claim claim(Key key, Claimant claimant) {
        FakeClaim claim = new FakeClaim(key, claimant);
        synchronized (this) {
            if (condition.phase() == Condition.Phase.CLOSED) {
                throw new IllegalStateException("These locks are closed.");
            }
            claimed++;
            claims.add(claim);
        }
        grantWhatIsWanted();
        return claim;
    }

    @Override
    public synchronized CompletionStage<Optional<Holder>> holder(Key key) {
        Optional<Holder> other = Optional.ofNullable(others.get(key))
                .map(name -> new Holder(name, Optional.empty(), OptionalLong.empty(), Optional.empty()));
        return CompletableFuture.completedStage(other.or(() -> held(key)
                .map(hold ->
                        new Holder(node.name(), Optional.empty(), OptionalLong.of(hold.number), Optional.empty()))));
    }

    @Override
    public Guarantee guarantee() {
        return new Guarantee(false, true, lease, Bounds.NONE);
    }

    @Override
    public synchronized Condition condition() {
        return condition;
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        return listeners.listen(listener);
    }

    /** {@inheritDoc} In automatic mode, one every {@linkplain Lease#heartbeat() fifth of the lease}. */
    @Override
    public Subscription listenToChecks(Consumer<Check> listener) {
        return checks.listen(listener);
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
            if (agenda != null) {
                agenda.close();
            }
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
            grantWhatIsWanted();
        }

        private boolean isOver() {
            synchronized (FakeLocks.this) {
                return released || lost;
            }
        }
    }
}
