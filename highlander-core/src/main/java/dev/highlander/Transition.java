package dev.highlander;

import dev.highlander.lock.Key;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A singleton's step from one state to another on one node.
 *
 * @param key whose
 * @param child the id of the child
 * @param node where
 * @param from the state left
 * @param to the state entered
 * @param reason why
 * @param token the term's fencing token, once it is known
 * @param at when, by the wall clock
 * @param cause what went wrong, when something did
 */
public record Transition(
        Key key,
        String child,
        String node,
        State from,
        State to,
        Reason reason,
        OptionalLong token,
        Instant at,
        Optional<Throwable> cause) {

    @Override
    public String toString() {
        return "singleton " + key + " on " + node + ": " + from + " -> " + to + ", " + reason
                + (token.isPresent() ? ", term " + token.getAsLong() : "")
                + cause.map(c -> ", child " + child + ": " + c).orElse("");
    }
}
