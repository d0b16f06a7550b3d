package dev.highlander.lock;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who is told of events, and telling them; for those who write a lock service. From any thread.
 *
 * <p>A listener that is added while an event is told may or may not hear of it, and hears of the next. One whose
 * subscription is closed hears of no event told after that. One that throws disturbs neither the others nor the teller: it
 * is logged.
 *
 * @param <E> the events
 */
public final class Listeners<E> {
    private static final System.Logger LOG = System.getLogger("dev.highlander");

    private final List<Place<E>> places = new CopyOnWriteArrayList<>();

    /** For nobody yet. */
    public Listeners() {}

    /** Adds a listener; the same one, given twice, is told twice. */
    public Subscription listen(Consumer<? super E> listener) {
        Place<E> place = new Place<>(Objects.requireNonNull(listener, "listener"));
        places.add(place);
        return () -> {
            place.closed = true;
            places.remove(place);
        };
    }

    /** Tells all, on the calling thread, in the order in which they came. */
    public void tell(E event) {
        for (Place<E> place : places) {
            if (place.closed) {
                continue; // while another listener was being told
            }
            try {
                place.listener.accept(event);
            } catch (Throwable t) {
                LOG.log(Level.WARNING, "A listener failed at: " + event, t);
            }
        }
    }

    /** By identity: a listener may be equal to another. */
    private static final class Place<E> {
        private final Consumer<? super E> listener;
        private volatile boolean closed;

        Place(Consumer<? super E> listener) {
            this.listener = listener;
        }
    }
}
