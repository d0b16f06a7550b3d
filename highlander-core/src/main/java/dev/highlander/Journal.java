package dev.highlander;

import dev.highlander.lock.Key;
import dev.highlander.lock.Listeners;
import dev.highlander.lock.Subscription;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.time.Agenda;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Tells what becomes of a singleton, in the log and to listeners, on a thread that may be held up by either. */
final class Journal {
    private static final System.Logger LOG = System.getLogger("dev.highlander");

    private final Key key;
    private final String child;
    private final String node;
    private final Agenda events;
    private final Listeners<Transition> listeners = new Listeners<>();

    Journal(Key key, String child, String node, Agenda events) {
        this.key = key;
        this.child = child;
        this.node = node;
        this.events = events;
    }

    boolean isCurrent() {
        return events.isCurrent();
    }

    Subscription listen(SingletonListener listener) {
        return listeners.listen(listener::changed);
    }

    void opened(ChildSpec spec, Singleton singleton, List<SingletonListener> fromTheBeginning) {
        Listeners<Singleton> told = new Listeners<>();
        for (SingletonListener one : fromTheBeginning) {
            told.listen(one::opened);
            listen(one);
        }
        events.execute(() -> {
            LOG.log(Level.DEBUG, "singleton {0} on {1}: contending, {2}", key, node, spec);
            told.tell(singleton);
        });
    }

    void changed(State from, State to, Reason reason, OptionalLong token, Instant at, @Nullable Throwable cause) {
        Transition transition =
                new Transition(key, child, node, from, to, reason, token, at, Optional.ofNullable(cause));
        events.execute(() -> tell(transition));
    }

    void standsAside(Duration howLong) {
        String what =
                "singleton " + key + " on " + node + ": child " + child + " keeps ending here. This node leaves it to"
                        + " others for " + howLong + ", and then contends again.";
        events.execute(() -> LOG.log(Level.WARNING, what));
    }

    void stuck(boolean lost, boolean halting) {
        String what = "singleton " + key + " on " + node + ": child " + child + " has ignored its kill. "
                + (!lost
                        ? "The key is kept, so no node runs it until the child ends or this process does."
                        : halting
                                ? "Its key is lost, so this JVM halts before another node may start it, unless the child ends first."
                                : "Its key is lost, so another node may start it meanwhile.")
                + " Make it end when interrupted, or close what it is stuck in from a Term.onStop hook.";
        events.execute(() -> LOG.log(Level.ERROR, what));
    }

    void broken(SingletonMachine.Command command, Throwable cause) {
        String what = "singleton " + key + " on " + node + ": failed at " + command + ", and goes on.";
        events.execute(() -> LOG.log(Level.ERROR, what, cause));
    }

    void locksClosed(IllegalStateException why) {
        String what = "singleton " + key + " on " + node + " is over, since it can't claim its key: " + why.getMessage()
                + " Close singletons before their locks.";
        events.execute(() -> LOG.log(Level.ERROR, what));
    }

    private void tell(Transition transition) {
        Level level = transition.cause().isPresent() ? Level.WARNING : Level.INFO;
        LOG.log(level, transition.toString(), transition.cause().orElse(null));
        listeners.tell(transition);
    }
}
