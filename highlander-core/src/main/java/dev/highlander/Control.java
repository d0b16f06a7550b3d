package dev.highlander;

import dev.highlander.lock.Locks;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The two threads that the singletons of one {@link Highlander} share while there are any: one decides and watches
 * deadlines, and does no I/O and no foreign code; the other logs and calls listeners.
 */
final class Control {
    private final Locks locks;
    private final Time time;
    private final Set<SingletonRunner> open = new HashSet<>();
    private @Nullable Threads threads;
    private long leap;

    /**
     * Where a runner does its work.
     *
     * @param decisions decides and watches deadlines
     * @param events logs and calls listeners
     */
    record Threads(Agenda decisions, Agenda events) {}

    Control(Locks locks) {
        this.locks = locks;
        this.time = locks.time();
    }

    synchronized Threads enter(SingletonRunner runner) {
        Threads shared = threads;
        if (shared == null) {
            String node = locks.node().name();
            shared = new Threads(time.agenda("highlander " + node), time.agenda("highlander-events " + node));
            threads = shared;
            leap = time.leap();
            watchForSuspend(shared.decisions);
            if (locks.guarantee().lease().isPresent()) {
                Rehearsal.once(time);
            }
        }
        open.add(runner);
        return shared;
    }

    /** The singletons that are open, in no order. */
    synchronized List<SingletonRunner> open() {
        return List.copyOf(open);
    }

    synchronized void leave(SingletonRunner runner) {
        Threads shared = threads;
        if (open.remove(runner) && open.isEmpty() && shared != null) {
            threads = null;
            // After what is still to be done: a hold that was granted meanwhile has to be released.
            shared.decisions.execute(shared.decisions::close);
            shared.events.execute(shared.events::close);
        }
    }

    /**
     * A suspended machine wakes with its timers as late as it slept, since threads wait by the monotonic clock: so this
     * looks at the other one often enough.
     */
    private void watchForSuspend(Agenda agenda) {
        locks.guarantee().lease().ifPresent(lease -> {
            long every = Math.min(100_000_000L, lease.margin() / 2);
            agenda.at(time.nanos() + every, () -> {
                tickAfterLeap();
                watchForSuspend(agenda);
            });
        });
    }

    private void tickAfterLeap() {
        long seen = time.leap();
        Set<SingletonRunner> all;
        synchronized (this) {
            if (seen == leap) {
                return;
            }
            leap = seen;
            all = Set.copyOf(open);
        }
        all.forEach(SingletonRunner::tick);
    }
}
