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
 * @param running whether the holder says that it runs it; false while it settles, and when it did not answer
 * @param waiting the names of the nodes that say they want it
 */
public record KeyStatus(Key key, Optional<Holder> holder, boolean running, List<String> waiting) {}
