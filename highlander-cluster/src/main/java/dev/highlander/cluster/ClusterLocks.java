package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Who;
import dev.highlander.lock.Bounds;
import dev.highlander.lock.Check;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Listeners;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.lock.StuckChildException;
import dev.highlander.lock.Subscription;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A lock service that needs no server: the nodes find each other, and keep the registry of keys among themselves.
 *
 * <p>While the network is whole, one copy runs. When it splits, each side runs one, unless there is a {@linkplain
 * ClusterBuilder#quorum quorum}: then the side that has it runs one, and the other none. When it heals, of two that run the
 * older one goes on, and the other is stopped with {@link dev.highlander.lock.Loss#CONFLICT}, and waits again.
 *
 * <p>With a quorum there are never two, provided that there are never as many as two members for each one of the quorum,
 * that clock rates are within 10 % of each other, and that a child is down within 0.3 of the lease when its key is lost, or
 * else its JVM halts. Tokens then fence, provided that wall clocks differ by less than a lease.
 */
public final class ClusterLocks implements Locks {
    private final Node node;
    private final Namespace namespace;
    private final ClusterRules rules;
    private final Time time;
    private final String where;
    private final ClusterSession session;
    private final AtomicLong lastClaim = new AtomicLong();
    private final Listeners<Condition> listeners = new Listeners<>();
    private final Listeners<Overlap> overlaps = new Listeners<>();
    private final Listeners<Check> checks = new Listeners<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Condition condition = Condition.connecting();

    ClusterLocks(
            Node node,
            Namespace namespace,
            ClusterRules rules,
            ConflictResolver resolver,
            Time time,
            String where,
            @Nullable String peers,
            ClusterSession.Links links) {
        this.node = node;
        this.namespace = namespace;
        this.rules = rules;
        this.time = time;
        this.where = where;
        Who who = new Who(node.name(), node.run(), rules.lease().length().toMillis(), rules.quorum());
        this.session = new ClusterSession(
                rules,
                time,
                new ClusterProtocol(rules, who, resolver, time.nanos()),
                links,
                node.name(),
                where,
                peers,
                new ClusterSession.News(this::become, overlaps::tell, checks::tell));
        session.start();
    }

    /**
     * In the cluster of that name on this machine: what runs elsewhere is not found, and finds nothing. All else at its
     * default. Returns at once, before anybody is found.
     */
    public static ClusterLocks join(String cluster) {
        return builder().join(cluster);
    }

    /** With settings of your own. */
    public static ClusterBuilder builder() {
        return new ClusterBuilder();
    }

    @Override
    public Claim claim(Key key, Claimant claimant) {
        if (closed.get()) {
            throw new IllegalStateException("These locks are closed. Open new ones to claim " + key + ".");
        }
        Runnable withdrawal = session.claim(lastClaim.incrementAndGet(), key, ClusterKey.of(key, namespace), claimant);
        return withdrawal::run;
    }

    @Override
    public CompletionStage<Optional<Holder>> holder(Key key) {
        return session.holder(ClusterKey.of(key, namespace));
    }

    @Override
    public Guarantee guarantee() {
        boolean quorum = rules.hasQuorum();
        Bounds bounds = new Bounds(Map.of(), quorum ? Optional.of(Duration.ZERO) : Optional.empty());
        return new Guarantee(quorum, quorum, Optional.of(rules.lease()), bounds);
    }

    @Override
    public Condition condition() {
        return condition;
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        return listeners.listen(listener);
    }

    @Override
    public Subscription listenToChecks(Consumer<Check> listener) {
        return checks.listen(listener);
    }

    /**
     * Tells {@code listener} each two terms that ran at once and concern this node, when one of them has been stopped; on
     * the service's thread, so the listener returns at once.
     *
     * @return closes to end the listening
     */
    public Subscription listenToOverlaps(Consumer<Overlap> listener) {
        return overlaps.listen(listener);
    }

    /** How many members this node sees, itself included; zero before it has joined. */
    public int members() {
        return session.members();
    }

    private void become(Condition next) {
        synchronized (listeners) {
            if (next.equals(condition) || condition.equals(Condition.closed())) {
                return;
            }
            condition = next;
        }
        listeners.tell(next);
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Time time() {
        return time;
    }

    public Namespace namespace() {
        return namespace;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits until the cluster has been left, but no longer than a lease: the others then find out by themselves.
     */
    @Override
    public void close() {
        closed.set(true);
        CompletableFuture<Integer> unreleased = new CompletableFuture<>();
        CompletableFuture<Void> finished = session.close(unreleased::complete);
        if (session.isCurrent()) {
            return;
        }
        Integer count = waitFor(finished.handle((ok, e) -> 0).applyToEither(unreleased, kept -> kept));
        if (count != null && count > 0) {
            throw new StuckChildException(count + (count == 1 ? " key of node " : " keys of node ") + node.name()
                    + " were never released, so it stays in its cluster until they are, or this process ends. Close"
                    + " the singletons before their locks; a child that ignores its kill has to be mended.");
        }
        waitFor(finished);
    }

    private <T> @Nullable T waitFor(CompletableFuture<T> future) {
        boolean interrupted = false;
        long end = System.nanoTime() + rules.lease().nanos();
        try {
            while (true) {
                try {
                    return future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException | ExecutionException e) {
                    return null;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return "locks of a cluster, " + where + ", namespace " + namespace.name();
    }
}
