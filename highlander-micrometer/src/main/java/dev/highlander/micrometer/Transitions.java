package dev.highlander.micrometer;

import dev.highlander.Reason;
import dev.highlander.Transition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/** The counters of one key's transitions, which the registry keeps. */
record Transitions(MeterRegistry registry, Tags tags) {
    static Transitions of(MeterRegistry registry, Tags tags) {
        return new Transitions(registry, tags);
    }

    void count(Transition transition) {
        Counter.builder("highlander.transitions")
                .description("Steps from one state to another")
                .tags(tags.and("to", word(transition.to()), "reason", word(transition.reason())))
                .register(registry)
                .increment();
        if (transition.reason() == Reason.CONFLICT) {
            conflicts().increment();
        }
    }

    Counter conflicts() {
        return Counter.builder("highlander.conflicts")
                .description("Another node held the key as well, and won")
                .tags(tags)
                .register(registry);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
