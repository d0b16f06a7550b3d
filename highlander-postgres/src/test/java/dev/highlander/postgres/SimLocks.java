package dev.highlander.postgres;

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
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.lock.Subscription;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.time.Time;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The lock service as one singleton of a simulated process sees it; the session is shared with the process's others. */
final class SimLocks implements Locks {
    private final SimTalk talk;
    private final SimSingleton singleton;
    private final String node;
    private final Time time;
    private final Lease lease;
    private SimHold latest;

    SimLocks(SimTalk talk, SimSingleton singleton, String node, Time time, Lease lease) {
        this.talk = talk;
        this.singleton = singleton;
        this.node = node;
        this.time = time;
        this.lease = lease;
    }

    /** The hold that was granted last. */
    SimHold latest() {
        return latest;
    }

    @Override
    public Claim claim(Key key, Claimant claimant) {
        long claim = talk.newClaim();
        LockId lock = LockId.of(key, Namespace.DEFAULT);
        Witness witness = new Witness(claimant);
        talk.post(conversation -> conversation.claim(claim, key, lock, witness));
        return () -> talk.post(conversation -> conversation.withdraw(claim));
    }

    /** Between the session and the claimant: keeps the hold in view. */
    private final class Witness implements Claimant {
        private final Claimant claimant;
        private SimHold hold;

        Witness(Claimant claimant) {
            this.claimant = claimant;
        }

        @Override
        public void granted(Hold granted) {
            hold = new SimHold(granted, singleton, talk.truth(), () -> claimant.startable(hold));
            latest = hold;
            singleton.moment(Moment.GRANTED);
            claimant.granted(hold);
        }

        @Override
        public void startable(Hold startable) {
            claimant.startable(hold);
        }

        @Override
        public void lost(Hold lost, Loss why) {
            if (singleton.mistake() != Mistake.KEEPS_ITS_HOLD_OVER_A_RECONNECT) {
                claimant.lost(hold, why);
            }
        }
    }

    @Override
    public CompletionStage<Optional<Holder>> holder(Key key) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public Guarantee guarantee() {
        return new PostgresBounds(lease).guarantee(1);
    }

    @Override
    public Condition condition() {
        return Condition.ready();
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        return () -> {};
    }

    @Override
    public Node node() {
        return new Node(node, new UUID(0, 0));
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public void close() {}
}
