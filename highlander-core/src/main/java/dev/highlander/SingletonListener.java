package dev.highlander;

/** Hears the transitions of a singleton, in order, on a thread of its own. */
@FunctionalInterface
public interface SingletonListener {
    /** What this throws is logged. A listener that does not return holds up later events, and nothing else. */
    void changed(Transition transition);
}
