package dev.highlander.spring;

import dev.highlander.SingletonListener;
import dev.highlander.Transition;
import dev.highlander.lock.Key;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers of each singleton what became of it last. */
final class LastTransitions implements SingletonListener {
    private final Map<Key, Transition> last = new ConcurrentHashMap<>();

    @Override
    public void changed(Transition transition) {
        last.put(transition.key(), transition);
    }

    Optional<Transition> of(Key key) {
        return Optional.ofNullable(last.get(key));
    }
}
