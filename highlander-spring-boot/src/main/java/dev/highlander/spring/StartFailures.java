package dev.highlander.spring;

import dev.highlander.Reason;
import dev.highlander.SingletonListener;
import dev.highlander.Transition;
import dev.highlander.lock.Key;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells once what to do about a singleton that can't be started. It is no failure of the application's start: it comes
 * later, on whichever instance is granted the key.
 */
final class StartFailures implements SingletonListener {
    private static final System.Logger LOG = System.getLogger("dev.highlander.spring");

    private final Set<Key> told = ConcurrentHashMap.newKeySet();

    @Override
    public void changed(Transition transition) {
        if (transition.reason() == Reason.STARTED) {
            told.remove(transition.key());
        } else if (transition.reason() == Reason.START_FAILED && told.add(transition.key())) {
            LOG.log(Level.ERROR, description(transition));
        }
    }

    static String description(Transition failed) {
        return "The singleton " + failed.key() + " could not be started on this instance: "
                + failed.cause().map(Throwable::toString).orElse("no reason was given") + ". Its key was given up, and"
                + " instances go on trying, this one too. Mend what its start ran into; until then nothing of it runs. The"
                + " rest of the application does, and its health does not fail for this: see /actuator/highlander, and the"
                + " metric highlander.transitions with the reason start_failed.";
    }
}
