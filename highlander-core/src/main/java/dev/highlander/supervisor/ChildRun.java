package dev.highlander.supervisor;

import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.time.Time;
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

    ChildRun(int slot, ChildSpec spec, Time time, Consumer<Event> events) {
        this.slot = slot;
        this.spec = spec;
        this.time = time;
        this.events = events;
    }

    synchronized void start() {
        try {
            starter = time.fork(spec.id() + "-start", this::startNow);
        } catch (Throwable t) { // no thread to be had
            events.accept(new Event.Ended(slot, Exit.notStarted(t)));
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
            events.accept(new Event.Ended(slot, Exit.notStarted(t)));
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
            meanwhile.accept(started);
        }
    }

    private void listen(Child started) {
        try {
            started.started().thenRun(() -> events.accept(new Event.Started(slot)));
            started.stuck().thenRun(() -> events.accept(new Event.FoundStuck(slot)));
            started.ended().whenComplete((exit, broken) -> events.accept(new Event.Ended(slot, outcome(exit, broken))));
        } catch (Throwable t) {
            started.kill(StopReason.SHUTDOWN);
            events.accept(new Event.Ended(slot, Exit.notStarted(t)));
        }
    }

    private Exit outcome(@Nullable Exit exit, @Nullable Throwable broken) {
        return exit != null
                ? exit
                : Exit.failed(
                        broken != null
                                ? broken
                                : new IllegalStateException("The child " + spec.id() + " ended without an Exit."));
    }

    void stop(StopReason why, long killAt) {
        ask("-stop", present -> present.stop(why, killAt));
    }

    void kill(StopReason why) {
        ask("-kill", present -> present.kill(why));
    }

    /** A start that is under way is called off; should it succeed all the same, its child is asked then. */
    private synchronized void ask(String suffix, Consumer<Child> what) {
        asked = what;
        Child present = child;
        if (present != null) {
            time.fork(spec.id() + suffix, () -> what.accept(present));
        } else if (starter != null) {
            starter.interrupt();
        }
    }

    boolean owns(Thread thread) {
        Child present;
        synchronized (this) {
            if (thread == starting) {
                return true;
            }
            present = child;
        }
        return present != null && present.owns(thread);
    }
}
