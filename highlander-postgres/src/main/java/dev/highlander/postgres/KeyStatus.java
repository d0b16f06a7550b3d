package dev.highlander.postgres;

import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import java.util.List;
import java.util.Optional;

/**
 * A key, and which nodes have to do with it.
 *
 * @param key the key; of a text only its number, if the holder did not answer and nobody waits
 * @param holder who holds it, unless nobody does
 * @param state how it is held
 * @param waiting the names of the nodes that say they want it
 */
public record KeyStatus(Key key, Optional<Holder> holder, State state, List<String> waiting) {
    /** How a key is held. */
    public enum State {
        /** The holder says that it may run its child. */
        RUNNING,
        /** The holder says that it does not run it yet, or not any more: it settles, or stops. */
        HELD,
        /** The holder does not answer: it is frozen, cut off or busy. */
        SILENT,
        /** Some nodes want it and none holds it; a session that is no node may. */
        WANTED
    }
}
