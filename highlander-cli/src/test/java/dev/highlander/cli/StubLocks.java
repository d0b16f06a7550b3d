package dev.highlander.cli;

import dev.highlander.lock.Bounds;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Node;
import dev.highlander.lock.Subscription;
import dev.highlander.time.Time;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Answers questions about a lock service, and grants nothing. */
final class StubLocks implements Locks {
    volatile Condition condition = Condition.ready();
    volatile CompletionStage<Optional<Holder>> holder = CompletableFuture.completedFuture(Optional.empty());
    private final Node node = Node.named("stub");

    @Override
    public Claim claim(Key key, Claimant claimant) {
        return () -> {};
    }

    @Override
    public CompletionStage<Optional<Holder>> holder(Key key) {
        return holder;
    }

    @Override
    public Guarantee guarantee() {
        return new Guarantee(true, true, Optional.of(Lease.DEFAULT), Bounds.NONE);
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
        return node;
    }

    @Override
    public Time time() {
        return Time.system();
    }

    @Override
    public void close() {}
}
