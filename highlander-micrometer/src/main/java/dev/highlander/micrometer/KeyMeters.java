package dev.highlander.micrometer;

import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Transition;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is shown of a key while singletons of it are open here: one, unless a program wraps a key twice. */
final class KeyMeters {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Set<Singleton> open = new CopyOnWriteArraySet<>();
    private final List<Meter> gauges = new ArrayList<>();
    private final Timer settle;
    private final Timer takeover;
    private volatile @Nullable Instant grantedAt;

    KeyMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        gauge("highlander.held", "Whether this node holds the key", Tags.empty(), of -> of.isAnyIn(KeyMeters::holds));
        for (State state : State.values()) {
            if (state != State.CLOSED) {
                gauge(
                        "highlander.state",
                        "Whether this is the state of the singleton on this node",
                        Tags.of("state", Transitions.word(state)),
                        of -> of.isAnyIn(present -> present == state));
            }
        }
        settle = timer("highlander.settle", "From a grant of the key to the start that it allowed");
        takeover = timer("highlander.takeover", "From a grant of the key until the child ran here");
        Transitions.of(registry, tags).conflicts(); // so that it is there with zero before the first
    }

    private void gauge(String name, String description, Tags more, ToDoubleFunction<KeyMeters> value) {
        gauges.add(Gauge.builder(name, this, value)
                .description(description)
                .tags(tags.and(more))
                .strongReference(true)
                .register(registry));
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name).description(description).tags(tags).register(registry);
    }

    private static boolean holds(State state) {
        return state == State.SETTLING || state.hasChild();
    }

    private double isAnyIn(Predicate<State> wanted) {
        return open.stream().map(Singleton::state).anyMatch(wanted) ? 1 : 0;
    }

    void add(Singleton singleton) {
        open.add(singleton);
    }

    boolean removeAndIsLast(Singleton singleton) {
        return open.remove(singleton) && open.isEmpty();
    }

    /** By the times in the events, since a listener may hear of them late. */
    void time(Transition transition) {
        if (transition.to() == State.SETTLING) {
            grantedAt = transition.at();
        }
        Instant from = grantedAt;
        if (from == null) {
            return;
        }
        if (transition.from() == State.SETTLING && transition.to() == State.STARTING) {
            settle.record(between(from, transition.at()));
        } else if (transition.to() == State.RUNNING) {
            takeover.record(between(from, transition.at()));
        }
        if (transition.to() != State.SETTLING && transition.to() != State.STARTING) {
            grantedAt = null; // what runs next under the same grant was restarted in place
        }
    }

    /** Not less than nothing, whoever sets the clock back. */
    private static Duration between(Instant from, Instant to) {
        return to.isBefore(from) ? Duration.ZERO : Duration.between(from, to);
    }

    void close() {
        gauges.forEach(registry::remove);
        open.clear();
    }
}
