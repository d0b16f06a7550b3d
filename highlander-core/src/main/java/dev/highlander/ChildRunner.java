package dev.highlander;

import dev.highlander.SingletonMachine.Event;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Command;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Start;
import dev.highlander.supervisor.StopReason;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One start of a child under one term, and its stop. A child's own code, its hooks included, is only ever called on
 * threads made for it, so that whoever decides about it can't be held up by it.
 */
final class ChildRunner {
    private static final System.Logger LOG = System.getLogger("dev.highlander");
    private static final long LONGEST_HOOK = 5_000_000_000L;

    private final ChildSpec spec;
    private final HeldTerm term;
    private final Time time;
    private final Agenda decisions;
    private final BiConsumer<ChildRunner, Event> events;
    private Time.@Nullable Fork starter;
    private volatile @Nullable Thread starting;
    private volatile @Nullable Child child;
    private volatile boolean stopping;
    private volatile boolean foundStuck;

    ChildRunner(ChildSpec spec, HeldTerm term, Time time, Agenda decisions, BiConsumer<ChildRunner, Event> events) {
        this.spec = spec;
        this.term = term;
        this.time = spec.threadsBy(time);
        this.decisions = decisions;
        this.events = events;
    }

    HeldTerm term() {
        return term;
    }

    boolean owns(Thread thread) {
        Child present = child;
        return thread == starting || (present != null && present.owns(thread));
    }

    List<ChildInfo> children() {
        Child present = child;
        return present == null ? List.of() : present.children();
    }

    void start() {
        try {
            starter = time.fork(spec.id() + "-start", this::startNow);
        } catch (Throwable t) { // no thread to be had
            events.accept(this, new Event.Ended(Exit.notStarted(t)));
        }
    }

    void startNow() {
        if (stopping) {
            events.accept(this, new Event.Ended(Exit.stopped()));
            return;
        }
        starting = Thread.currentThread();
        Child started;
        try {
            term.ensureHeld(); // the process may have been frozen since the start was decided
            started = startUnderTerm(spec.start());
            if (started == null) {
                throw new IllegalStateException("The start of child " + spec.id() + " returned null. Return a Child.");
            }
        } catch (Throwable t) {
            events.accept(this, new Event.Ended(Exit.notStarted(t)));
            return;
        } finally {
            starting = null;
        }
        child = started;
        listen(started);
    }

    /**
     * Each by itself: a child that was started may run, whatever its methods do, and its key is kept until it is seen to
     * have ended, which may be never.
     */
    private void listen(Child started) {
        listen("started()", () -> {
            if (stopping) {
                events.accept(this, new Event.Started()); // for it to be asked to end, however far it has come
            } else {
                started.started().thenRun(() -> events.accept(this, new Event.Started()));
            }
        });
        listen(
                "stuck()",
                () -> started.stuck().thenRun(() -> {
                    foundStuck = true;
                    events.accept(this, new Event.FoundStuck());
                }));
        listen(
                "ended()",
                () -> started.ended()
                        .whenComplete((exit, broken) -> Exit.of(exit, broken)
                                .ifPresentOrElse(
                                        proven -> events.accept(this, new Event.Ended(proven)),
                                        () -> unseen("ended()", broken))));
    }

    private void listen(String method, Runnable listen) {
        try {
            listen.run();
        } catch (Throwable t) {
            unseen(method, t);
        }
    }

    private void unseen(String method, @Nullable Throwable why) {
        String what = "The child " + spec.id() + " was started but can't be looked after: mend its " + method
                + ". Its key is kept for as long as it is not seen to have ended.";
        LOG.log(Level.ERROR, what, why);
    }

    private Child startUnderTerm(Start start) throws Exception {
        if (start instanceof UnderTerm underTerm) {
            return underTerm.recipe().start(term, time);
        }
        if (start instanceof Command command) {
            return command.environment("HIGHLANDER_KEY", term.key().toString())
                    .environment("HIGHLANDER_TOKEN", Long.toString(term.token()))
                    .environment("HIGHLANDER_NODE", term.node())
                    .start();
        }
        return start.start(time);
    }

    /** Runs the hooks, then asks the child to end; hooks that hang delay that by a quarter of the time there is. */
    void stop(StopReason why, long killAt) {
        callOffStart();
        if (foundStuck) { // by a tree that has given up, long before this: it is told once only
            events.accept(this, new Event.FoundStuck());
        }
        List<Consumer<StopReason>> hooks = term.takeHooks(why);
        Child present = child;
        if (hooks.isEmpty() && present != null && isPrompt(present)) {
            // A new thread may get its turn late, on a busy machine or when a frozen process resumes.
            stop(present, why, killAt);
            return;
        }
        AtomicBoolean asked = new AtomicBoolean();
        Runnable ask = () -> {
            Child known = child;
            if (known != null && !asked.getAndSet(true)) {
                stop(known, why, killAt);
            }
        };
        if (hooks.isEmpty()) {
            time.fork(spec.id() + "-stop", ask);
            return;
        }
        time.fork(spec.id() + "-on-stop", () -> {
            hooks.forEach(hook -> run(hook, why));
            ask.run();
        });
        long now = time.nanos();
        decisions.at(now + Math.min((killAt - now) / 4, LONGEST_HOOK), () -> time.fork(spec.id() + "-stop", ask));
    }

    /** One that could not be asked is killed: else it might never know that it is to end. */
    private void stop(Child present, StopReason why, long killAt) {
        try {
            present.stop(why, killAt);
        } catch (Throwable t) {
            LOG.log(Level.ERROR, "The child " + spec.id() + " could not be asked to end, so it is killed.", t);
            present.kill(why);
        }
    }

    private static boolean isPrompt(Child present) {
        try {
            return present.isPrompt();
        } catch (Throwable t) {
            return false;
        }
    }

    private void run(Consumer<StopReason> hook, StopReason why) {
        try {
            hook.accept(why);
        } catch (Throwable t) {
            LOG.log(Level.WARNING, "A stop hook of child " + spec.id() + " failed; its stop goes on.", t);
        }
    }

    void kill(StopReason why) {
        callOffStart();
        Child present = child;
        if (present != null && isPrompt(present)) {
            present.kill(why);
            return;
        }
        time.fork(spec.id() + "-kill", () -> {
            Child known = child;
            if (known != null) {
                known.kill(why);
            }
        });
    }

    private void callOffStart() {
        stopping = true;
        if (starter != null && child == null) {
            starter.interrupt();
        }
    }
}
