package dev.highlander.supervisor;

import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.time.Time;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of a child, from the start of its start to its end. What is the child's own code has a thread made for it. */
final class ChildRun {
    private final int slot;
    private final ChildSpec spec;
    private final Time time;
    private final Consumer<Event> events;

    // Guarded by this.
    private Time.@Nullable Fork starter;
    private @Nullable Thread starting;
    private @Nullable Child child;
    private @Nullable Consumer<Child> asked;
    private boolean over;

    ChildRun(int slot, ChildSpec spec, Time time, Consumer<Event> events) {
        this.slot = slot;
        this.spec = spec;
        this.time = spec.threadsBy(time);
        this.events = events;
    }

    synchronized void start() {
        try {
            starter = time.fork(spec.id() + "-start", this::startNow);
        } catch (Throwable t) { // no thread to be had
            tell(new Event.Ended(slot, Exit.notStarted(t)));
        }
    }

    private void startNow() {
        synchronized (this) {
            starting = Thread.currentThread();
        }
        Child started;
        try {
            started = spec.start().start(time);
            if (started == null) {
                throw new IllegalStateException("The start of child " + spec.id() + " returned null. Return a Child.");
            }
        } catch (Throwable t) {
            synchronized (this) {
                starting = null;
            }
            tell(new Event.Ended(slot, Exit.notStarted(t)));
            return;
        }
        Consumer<Child> meanwhile;
        synchronized (this) {
            starting = null;
            child = started;
            meanwhile = asked;
        }
        listen(started);
        if (meanwhile != null) {
            boolean unused = Thread.interrupted(); // it was for the start, which is over
            ask(started, meanwhile);
        }
    }

    /** A child that was returned may run, whatever its methods do: only its own word for it makes it count as ended. */
    private void listen(Child started) {
        AtomicReference<@Nullable CompletionStage<Exit>> ended = new AtomicReference<>();
        listen("ended()", () -> ended.set(Objects.requireNonNull(started.ended(), "no stage")));
        listen(
                "stuck()",
                () -> started.stuck()
                        .whenComplete((ok, broken) ->
                                tell(broken == null ? new Event.FoundStuck(slot) : broken("stuck()", broken))));
        listen(
                "started()",
                () -> started.started()
                        .whenComplete((ok, broken) ->
                                tell(broken == null ? new Event.Started(slot) : broken("started()", broken))));
        CompletionStage<Exit> end = ended.get();
        if (end != null) { // after the others: what has ended when it is returned has come up first
            listen(
                    "ended()",
                    () -> end.whenComplete((exit, broken) -> tell(Exit.of(exit, broken)
                            .<Event>map(proven -> new Event.Ended(slot, proven))
                            .orElseGet(() -> broken("ended()", broken)))));
        }
    }

    private void listen(String method, Runnable listen) {
        try {
            listen.run();
        } catch (Throwable t) {
            tell(broken(method, t));
        }
    }

    private Event broken(String method, @Nullable Throwable why) {
        return new Event.Broken(
                slot,
                new IllegalStateException("Of child " + spec.id() + ", " + method + " does not do its work.", why));
    }

    /** After the end nothing is told: it would be taken for news of the next run. */
    private synchronized void tell(Event event) {
        if (!over) {
            over = event instanceof Event.Ended;
            events.accept(event);
        }
    }

    void stop(StopReason why, long killAt) {
        ask("-stop", present -> present.stop(why, killAt));
    }

    void kill(StopReason why) {
        ask("-kill", present -> present.kill(why));
    }

    /** A start that is under way is called off; should it succeed all the same, its child is asked then. */
    private void ask(String suffix, Consumer<Child> what) {
        Child present;
        synchronized (this) {
            asked = what;
            present = child;
            if (present == null && starter != null) {
                starter.interrupt();
            }
        }
        if (present == null) {
            return;
        }
        try {
            if (present.isPrompt()) {
                ask(present, what);
            } else {
                time.fork(spec.id() + suffix, () -> ask(present, what));
            }
        } catch (Throwable t) { // not prompt after all, or no thread to be had
            tell(new Event.NotAsked(slot, t));
        }
    }

    private void ask(Child present, Consumer<Child> what) {
        try {
            what.accept(present);
        } catch (Throwable t) {
            tell(new Event.NotAsked(slot, t));
        }
    }

    /** Whether {@code thread} is starting this, or something in it that this waits for. */
    boolean isStartedBy(Thread thread) {
        Child present;
        synchronized (this) {
            if (thread == starting) {
                return true;
            }
            present = child;
        }
        return present instanceof TreeChild tree && tree.isStartedBy(thread);
    }

    boolean owns(Thread thread) {
        Child present;
        synchronized (this) {
            if (thread == starting) {
                return true;
            }
            present = child;
        }
        try {
            return present != null && present.owns(thread);
        } catch (Throwable t) { // then nobody can tell; the worst is that a child waits for itself until it is killed
            return false;
        }
    }
}
