package dev.highlander;

/** Hears the transitions of a singleton, in order, on a thread of its own. */
@FunctionalInterface
public interface SingletonListener {
    /** What this throws is logged. A listener that does not return holds up later events, and nothing else. */
    void changed(Transition transition);

    /**
     * A singleton was opened, for a listener that was there before: one of {@link Highlander#listener}. Told before the
     * singleton's first transition, under the same rules; each start of one that is wrapped opens another.
     */
    default void opened(Singleton singleton) {}
}
