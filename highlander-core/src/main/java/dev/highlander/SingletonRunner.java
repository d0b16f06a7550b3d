package dev.highlander;

import dev.highlander.SingletonMachine.Command;
import dev.highlander.SingletonMachine.Event;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A singleton's machine with threads: brings it what happens, and does what it says.
 *
 * <p>Everything here but the getters runs on the decisions thread of {@link Control}, and returns at once: what might
 * block, a child above all, has a thread of its own.
 */
final class SingletonRunner {
    private final Key key;
    private final ChildSpec spec;
    private final Locks locks;
    private final Time time;
    private final Control control;
    private final SingletonMachine machine;
    private final JvmHalt halt;
    private final Journal journal;
    private final Agenda decisions;
    private final CompletableFuture<Exit> closed = new CompletableFuture<>();
    private final CompletableFuture<Void> stuckAtClose = new CompletableFuture<>();

    private @Nullable Claim claim;
    private volatile @Nullable Turn turn;
    private Agenda.@Nullable Timer timer;
    private boolean closing;
    private @Nullable Reason stopping;
    private long toldProgressOf = Long.MIN_VALUE;
    private volatile State state = State.STANDBY;
    private volatile long asideUntil = Long.MIN_VALUE;
    private volatile @Nullable ChildRunner child;

    SingletonRunner(
            Key key, ChildSpec spec, Locks locks, SingletonMachine.Policy policy, Control control, JvmHalt halt) {
        this.key = key;
        this.spec = spec;
        this.locks = locks;
        this.time = locks.time();
        this.control = control;
        this.machine = new SingletonMachine(policy);
        this.halt = halt;
        Control.Threads threads = control.enter(this);
        this.decisions = threads.decisions();
        this.journal = new Journal(key, spec.id(), locks.node().name(), threads.events());
    }

    void open(Singleton asUsersSeeIt, List<SingletonListener> listeners) {
        journal.opened(spec, asUsersSeeIt, listeners);
        tick();
    }

    void close(StopReason why, long killBy) {
        tell(new Event.Close(why, killBy));
    }

    void stepDown(long standAside) {
        decisions.execute(() -> handle(new Event.StepDown(Time.plus(time.nanos(), standAside))));
    }

    void tick() {
        tell(new Event.Tick());
    }

    Key key() {
        return key;
    }

    ChildSpec spec() {
        return spec;
    }

    State state() {
        return state;
    }

    /** What runs here: the spec is listed on a standby, too, and not alive. */
    List<ChildInfo> children() {
        return List.of(new ChildInfo(spec.id(), spec.type(), state.hasChild()));
    }

    Optional<Duration> settling() {
        Turn present = turn;
        Hold hold = present == null ? null : present.hold;
        return state == State.SETTLING && hold != null ? Optional.of(until(hold.startNotBefore())) : Optional.empty();
    }

    Optional<Duration> standingAside() {
        long end = asideUntil;
        return end <= time.nanos() ? Optional.empty() : Optional.of(until(end));
    }

    private Duration until(long end) {
        return Duration.ofNanos(Math.max(0, end - time.nanos()));
    }

    Journal journal() {
        return journal;
    }

    CompletableFuture<Exit> closed() {
        return closed;
    }

    CompletableFuture<Void> stuckAtClose() {
        return stuckAtClose;
    }

    @Nullable
    ChildRunner child() {
        return child;
    }

    Optional<Term> term() {
        ChildRunner present = child;
        return present == null ? Optional.empty() : Optional.of(present.term());
    }

    /** Whether {@code thread} would wait for itself if it waited for this to close. */
    boolean mustNotWait(Thread thread) {
        ChildRunner present = child;
        return decisions.isCurrent() || journal.isCurrent() || (present != null && present.owns(thread));
    }

    private void tell(Event event) {
        decisions.execute(() -> handle(event));
    }

    private void handle(Event event) {
        ChildRunner present = child;
        long progressedAt = present == null ? Long.MIN_VALUE : present.term().progressedAt();
        if (progressedAt > toldProgressOf) {
            toldProgressOf = progressedAt;
            decide(new Event.Progressed(progressedAt));
        }
        decide(event);
        closing |= event instanceof Event.Close;
        if (closing && machine.state() == State.STUCK) {
            stuckAtClose.complete(null);
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        long wakeAt = machine.wakeAt(deadBy());
        if (wakeAt != Long.MAX_VALUE) {
            timer = decisions.at(wakeAt, () -> handle(new Event.Tick()));
        }
    }

    private void decide(Event event) {
        List<Command> commands = machine.on(event, time.nanos(), deadBy());
        asideUntil = machine.asideUntil();
        for (Command command : commands) {
            try {
                perform(command, commands);
            } catch (Throwable t) {
                journal.broken(command, t); // the rest must be done all the same, and the next deadline watched
            }
        }
    }

    private long deadBy() {
        return turn == null || turn.hold == null ? Long.MAX_VALUE : turn.hold.deadBy();
    }

    private void perform(Command command, List<Command> together) {
        if (command instanceof Command.Claim) {
            claim();
        } else if (command instanceof Command.Withdraw && claim != null && turn != null) {
            Claim present = claim;
            claim = null;
            turn.withdrawn = true;
            present.withdraw();
        } else if (command instanceof Command.StartChild && turn != null && turn.hold != null) {
            startChild(turn.hold);
        } else if (command instanceof Command.StopChild stop && child != null) {
            if (stop.why() == StopReason.LOST || stop.why() == StopReason.CONFLICT) {
                child.term().end();
            }
            child.stop(stop.why(), stop.killAt());
        } else if (command instanceof Command.KillChild kill && child != null) {
            child.kill(kill.why());
        } else if (command instanceof Command.Stuck stuck) {
            stuck(stuck);
        } else if (command instanceof Command.Halt) {
            halt.now();
        } else if (command instanceof Command.Release && turn != null) {
            if (child != null) {
                child.term().end(); // whoever still has it must not go by it
            }
            turn.release(endingOf(together));
        } else if (command instanceof Command.Changed changed) {
            stopping = changed.to() == State.STOPPING
                    ? changed.reason()
                    : changed.to().hasChild() ? stopping : null;
            changed(changed);
        } else if (command instanceof Command.Over over) {
            closed.complete(over.exit());
            control.leave(this);
        }
    }

    /** How the term ends that is given back: why its child ended or, if it was stopped, why it was. */
    private String endingOf(List<Command> together) {
        Reason reason = Reason.STOPPED;
        for (Command command : together) {
            if (command instanceof Command.Changed changed) {
                reason = changed.reason();
            }
        }
        Reason first = reason == Reason.STOPPED && stopping != null ? stopping : reason;
        return first.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void startChild(Hold hold) {
        ChildRunner before = child;
        HeldTerm term = before != null
                ? before.term().again()
                : new HeldTerm(hold, locks.node().name(), time);
        ChildRunner next = new ChildRunner(spec, term, time, decisions, this::tell);
        child = next;
        next.start();
    }

    /** What an earlier child still says is not about the present one. */
    private void tell(ChildRunner about, Event event) {
        decisions.execute(() -> {
            if (child == about) {
                handle(event);
            }
        });
    }

    private void claim() {
        Turn next = new Turn();
        turn = next;
        try {
            claim = locks.claim(key, next);
        } catch (IllegalStateException e) {
            journal.locksClosed(e);
            close(StopReason.SHUTDOWN, Long.MAX_VALUE);
        }
    }

    private void stuck(Command.Stuck stuck) {
        journal.stuck(stuck.lost(), stuck.halting());
        if (stuck.halting()) {
            halt.prepare("the child " + spec.id() + " of singleton " + key
                    + " ignores its kill while its key is lost, and must not meet its successor");
        }
    }

    private void changed(Command.Changed changed) {
        OptionalLong token = token(changed.to());
        if (!changed.to().hasChild() && child != null) {
            child.term().end();
            child = null;
        }
        synchronized (closed) {
            state = changed.to();
            closed.notifyAll();
        }
        journal.changed(changed.from(), changed.to(), changed.reason(), token, time.instant(), changed.cause());
        if (changed.reason() == Reason.CRASH_LOOP && changed.to() == State.STANDBY) {
            journal.standsAside(until(asideUntil));
        }
    }

    private OptionalLong token(State next) {
        ChildRunner present = child;
        if (present != null) {
            return OptionalLong.of(present.term().token());
        }
        return next == State.STARTING && turn != null && turn.hold != null
                ? OptionalLong.of(turn.hold.token())
                : OptionalLong.empty();
    }

    /** Waits until {@link #state()} is what is wanted; false when {@code nanos} are over by the real clock. */
    boolean await(Predicate<State> wanted, long nanos) throws InterruptedException {
        long end = Time.plus(Time.system().nanos(), nanos);
        synchronized (closed) {
            while (!wanted.test(state)) {
                long left = end - Time.system().nanos();
                if (left <= 0) {
                    return false;
                }
                closed.wait(left / 1_000_000, (int) (left % 1_000_000));
            }
            return true;
        }
    }

    /** One place in the queue and the hold that comes of it; what is said to an earlier one is not for the present one. */
    private final class Turn implements Claimant {
        private volatile @Nullable Hold hold;
        private volatile boolean withdrawn;

        @Override
        public void granted(Hold granted) {
            decisions.execute(() -> {
                if (!withdrawn && hold == null) {
                    hold = granted;
                    handle(new Event.Granted());
                } else {
                    granted.release();
                }
            });
            if (withdrawn) {
                granted.release(); // there may be nobody left to do what was given to the agenda
            }
        }

        @Override
        public void startable(Hold startable) {
            tell(startable, new Event.Startable());
        }

        @Override
        public void lost(Hold lostHold, Loss why) {
            tell(lostHold, new Event.Lost(why));
        }

        private void tell(Hold about, Event event) {
            decisions.execute(() -> {
                if (turn == this && hold == about) {
                    if (event instanceof Event.Lost && child != null) {
                        child.term().end(); // in an orderly stop, too
                    }
                    handle(event);
                }
            });
        }

        void release(String ending) {
            Hold present = hold;
            hold = null;
            if (present != null) {
                present.release(ending);
            }
        }
    }
}
