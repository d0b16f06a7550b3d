package dev.highlander.micrometer;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.SingletonListener;
import dev.highlander.Transition;
import dev.highlander.lock.Check;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Subscription;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The metrics of one node: what becomes of its singletons, and how well its leases are kept.
 *
 * <pre>{@code
 * Highlander highlander = Highlander.with(locks).listener(HighlanderMetrics.of(registry, locks));
 * }</pre>
 *
 * <p>For each key, tagged {@code key}, from when a singleton is opened here until it is closed:
 *
 * <ul>
 *   <li>{@code highlander.held}: 1 from the grant of the key to its release, else 0
 *   <li>{@code highlander.state}, tagged {@code state}: 1 for the present state, 0 for the others
 *   <li>{@code highlander.transitions}, tagged {@code to} and {@code reason}: how often
 *   <li>{@code highlander.conflicts}: how often another node held the key as well, and won
 *   <li>{@code highlander.settle}: the time from a grant to the start that it allowed
 *   <li>{@code highlander.takeover}: the time from a grant until the child ran here, the settle included
 * </ul>
 *
 * For the lock service:
 *
 * <ul>
 *   <li>{@code highlander.ready}: 1 while claims are granted, 0 while the service can't be reached or refuses
 *   <li>{@code highlander.lease}: the length of the lease, if there is one
 *   <li>{@code highlander.check}: the time from the sending of a check to its confirmation
 *   <li>{@code highlander.lease.used}: the part of the lease that was gone when a check renewed it, from 0 to 1; 0.2 if all
 *       is well, and at 0.6 the child is stopped. Its maximum says how close it came.
 * </ul>
 *
 * <p>Methods may be called from any thread. Counters and timers of a key stay when its singleton is closed.
 */
public final class HighlanderMetrics implements SingletonListener, AutoCloseable {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<Key, KeyMeters> keys = new HashMap<>(); // guarded by itself
    private final Timer checks;
    private final DistributionSummary used;
    private final Gauge ready;
    private final Subscription subscription;

    private HighlanderMetrics(MeterRegistry registry, Locks locks, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        this.ready = Gauge.builder(
                        "highlander.ready", locks, of -> of.condition().phase() == Condition.Phase.READY ? 1 : 0)
                .description("Whether the lock service grants claims of this node")
                .tags(tags)
                .strongReference(true)
                .register(registry);
        this.checks = Timer.builder("highlander.check")
                .description("From the sending of a check to its confirmation")
                .tags(tags)
                .register(registry);
        this.used = DistributionSummary.builder("highlander.lease.used")
                .description("The part of the lease that was gone when a check renewed it; at 0.6 the child is stopped")
                .tags(tags)
                .register(registry);
        locks.guarantee()
                .lease()
                .ifPresent(lease -> TimeGauge.builder("highlander.lease", lease, TimeUnit.NANOSECONDS, Lease::nanos)
                        .description("For how long a check is trusted")
                        .tags(tags)
                        .strongReference(true)
                        .register(registry));
        double nanos = locks.guarantee().lease().orElse(Lease.DEFAULT).nanos();
        this.subscription = locks.listenToChecks(check -> checked(check, nanos));
    }

    /** Of the node that claims at {@code locks}, to be given to {@link Highlander#listener}. */
    public static HighlanderMetrics of(MeterRegistry registry, Locks locks) {
        return of(registry, locks, Tags.empty());
    }

    /** The same, with these tags on every metric. */
    public static HighlanderMetrics of(MeterRegistry registry, Locks locks, Iterable<Tag> tags) {
        Objects.requireNonNull(registry, "registry");
        return new HighlanderMetrics(registry, locks, Tags.of(tags));
    }

    private void checked(Check check, double lease) {
        checks.record(check.latency(), TimeUnit.NANOSECONDS);
        check.left().ifPresent(left -> used.record(Math.max(0, 1 - left / lease)));
    }

    @Override
    public void opened(Singleton singleton) {
        synchronized (keys) {
            keys.computeIfAbsent(singleton.key(), key -> new KeyMeters(registry, tags.and("key", key.toString())))
                    .add(singleton);
        }
        singleton.closed().whenComplete((exit, broken) -> {
            synchronized (keys) {
                KeyMeters meters = keys.get(singleton.key());
                if (meters != null && meters.removeAndIsLast(singleton)) {
                    keys.remove(singleton.key());
                    meters.close();
                }
            }
        });
    }

    @Override
    public void changed(Transition transition) {
        KeyMeters meters;
        synchronized (keys) {
            meters = keys.get(transition.key());
        }
        Transitions.of(registry, tags.and("key", transition.key().toString())).count(transition);
        if (meters != null) {
            meters.time(transition);
        }
    }

    /** Ends the listening to the lock service, and takes what shows the present away. */
    @Override
    public void close() {
        subscription.close();
        registry.remove(ready);
        synchronized (keys) {
            keys.values().forEach(KeyMeters::close);
            keys.clear();
        }
    }
}
