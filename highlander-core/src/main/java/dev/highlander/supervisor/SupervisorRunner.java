package dev.highlander.supervisor;

import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.SupervisorMachine.Command;
import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A supervisor's machine with threads: brings it what happens, and does what it says.
 *
 * <p>What the machine decides is done on one agenda, and returns at once: what might block, a child above all, has a
 * thread of its own.
 */
final class SupervisorRunner {
    private final SupervisorSpec spec;
    private final Time time;
    private final Agenda decisions;
    private final SupervisorMachine machine;
    private final SupervisorJournal journal;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Integer, ChildSpec> specs = new ConcurrentHashMap<>();
    private final Map<Integer, ChildRun> runs = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<Void>> calls = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> up = new CompletableFuture<>();
    private final CompletableFuture<Command.OnlyStuckLeft> stuck = new CompletableFuture<>();
    private final CompletableFuture<Exit> over = new CompletableFuture<>();

    private Agenda.@Nullable Timer timer;
    private volatile List<ChildInfo> children;

    SupervisorRunner(SupervisorSpec spec, Time time) {
        spec.check();
        this.spec = spec;
        this.time = time;
        List<Traits> traits = new ArrayList<>();
        for (ChildSpec child : spec.children()) {
            traits.add(enter(child));
        }
        this.machine = spec.machine(traits);
        this.children = machine.children();
        this.decisions = time.agenda("supervisor " + spec.name());
        this.journal = new SupervisorJournal(spec.name(), time);
    }

    private Traits enter(ChildSpec child) {
        int slot = (int) numbers.getAndIncrement();
        specs.put(slot, child);
        return new Traits(
                slot,
                child.id(),
                child.type(),
                child.restart(),
                child.shutdown().nanos(),
                child.isSignificant());
    }

    void begin() {
        tell(new Event.Start());
    }

    void stop(StopReason why, long killBy) {
        tell(new Event.Stop(why, killBy));
    }

    void kill(StopReason why) {
        tell(new Event.Kill(why));
    }

    CompletableFuture<Void> add(ChildSpec child) {
        spec.refuse(child);
        refuseWhoIsBeingStarted();
        Traits traits = enter(child);
        return call(number -> new Event.Add(number, traits));
    }

    CompletableFuture<Void> restart(String id) {
        refuseWhoIsBeingStarted();
        return call(number -> new Event.Restart(number, id));
    }

    /** Children are started one after the other. */
    private void refuseWhoIsBeingStarted() {
        if (isStartedBy(Thread.currentThread())) {
            throw new IllegalStateException("Supervisor " + spec.name()
                    + " was asked for a start by a child that it is just starting, which would wait for itself. Ask when that"
                    + " start is over, or from another thread.");
        }
    }

    boolean isStartedBy(Thread thread) {
        return runs.values().stream().anyMatch(run -> run.isStartedBy(thread));
    }

    /** Completes when what was asked for is done, or was refused. */
    CompletableFuture<Void> call(LongFunction<Event> event) {
        if (decisions.isCurrent()) {
            throw new IllegalStateException("Supervisor " + spec.name()
                    + " was called from its own thread, where it would wait for itself. Call it from another.");
        }
        long number = numbers.getAndIncrement();
        CompletableFuture<Void> answer = new CompletableFuture<>();
        calls.put(number, answer);
        tell(event.apply(number));
        if (over.isDone()) {
            refuse(number); // the agenda may have been closed before it was given this
        }
        return answer;
    }

    private void refuse(long number) {
        CompletableFuture<Void> answer = calls.remove(number);
        if (answer != null) {
            answer.completeExceptionally(
                    new IllegalStateException("Supervisor " + spec.name() + " has ended. Start another one."));
        }
    }

    List<ChildInfo> children() {
        return children;
    }

    CompletableFuture<Void> up() {
        return up;
    }

    CompletableFuture<Command.OnlyStuckLeft> stuck() {
        return stuck;
    }

    /** For other runners: what depends on it is done on the agenda. */
    CompletableFuture<Exit> over() {
        return over;
    }

    /** For users: what depends on it is done on a thread of its own. */
    CompletionStage<Exit> ended() {
        return over.thenApplyAsync(exit -> exit, work -> time.fork(spec.name() + "-ended", work))
                .minimalCompletionStage();
    }

    /** Whether {@code thread} would wait for itself if it waited for this to end. */
    boolean mustNotWait(Thread thread) {
        return decisions.isCurrent() || runs.values().stream().anyMatch(run -> run.owns(thread));
    }

    void awaitUp() throws InterruptedException {
        try {
            CompletableFuture.anyOf(up, over, stuck).get();
        } catch (InterruptedException e) {
            stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
            awaitOver();
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (!up.isDone()) {
            awaitOver();
            Exit exit = over.join();
            if (exit.isFailure()) {
                Throwable cause = exit.cause().orElse(null);
                throw cause instanceof StartFailedException failure
                        ? failure
                        : new StartFailedException("Supervisor " + spec.name() + " could not be started.", cause);
            }
        }
    }

    /** Waits, whether interrupted or not, since children must not be left behind because their closer is in a hurry. */
    void awaitOver() {
        boolean interrupted = false;
        while (true) {
            try {
                CompletableFuture.anyOf(over, stuck).get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!over.isDone()) {
            RuntimeException failure =
                    new ChildStuckException(spec.name(), stuck.join().ids());
            Throwable because = stuck.join().because();
            throw because == null ? failure : (RuntimeException) failure.initCause(because);
        }
    }

    private void tell(Event event) {
        decisions.execute(() -> handle(event));
    }

    private void handle(Event event) {
        List<Command> commands = machine.on(event, time.nanos());
        children = machine.children();
        for (Command command : commands) {
            try {
                perform(command);
            } catch (Throwable t) {
                journal.broken(command, t); // the rest must be done all the same, and the next deadline watched
            }
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        long wakeAt = machine.wakeAt();
        if (wakeAt != Long.MAX_VALUE) {
            timer = decisions.at(wakeAt, () -> handle(new Event.Tick()));
        }
    }

    private void perform(Command command) {
        if (command instanceof Command.StartChild start) {
            start(start.slot());
        } else if (command instanceof Command.StopChild stop) {
            ChildRun run = runs.get(stop.slot());
            if (run != null) {
                run.stop(stop.why(), stop.killAt());
            }
        } else if (command instanceof Command.KillChild kill) {
            ChildRun run = runs.get(kill.slot());
            if (run != null) {
                run.kill(kill.why());
            }
        } else if (command instanceof Command.Forget forget) {
            specs.remove(forget.slot());
            runs.remove(forget.slot());
        } else if (command instanceof Command.Failed failed) {
            journal.failed(failed.id(), failed.exit());
        } else if (command instanceof Command.StoppedWith stopped) {
            journal.stoppedWith(stopped.id(), stopped.cause());
        } else if (command instanceof Command.Stuck stuckOne) {
            journal.stuck(stuckOne.id());
        } else if (command instanceof Command.Broken broken) {
            journal.broken(broken.id(), broken.why());
        } else if (command instanceof Command.NotAsked notAsked) {
            journal.notAsked(notAsked.id(), notAsked.why());
        } else if (command instanceof Command.Answer answer) {
            answer(answer);
        } else if (command instanceof Command.Up) {
            up.complete(null);
        } else if (command instanceof Command.OnlyStuckLeft left) {
            stuck.complete(left);
        } else if (command instanceof Command.Over end) {
            over(end.exit());
        }
    }

    private void start(int slot) {
        ChildSpec child = specs.get(slot);
        if (child != null) {
            ChildRun run = new ChildRun(slot, child, time, this::tell);
            runs.put(slot, run);
            run.start();
        }
    }

    private void answer(Command.Answer answer) {
        CompletableFuture<Void> caller = calls.remove(answer.call());
        if (caller == null) {
            return;
        }
        if (answer.refusal() == null) {
            caller.complete(null);
        } else {
            caller.completeExceptionally(answer.refusal());
        }
    }

    private void over(Exit exit) {
        runs.clear();
        journal.over(exit);
        over.complete(exit);
        decisions.close();
        calls.keySet().forEach(this::refuse);
    }
}
