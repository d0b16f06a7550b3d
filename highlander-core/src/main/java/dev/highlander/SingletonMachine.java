package dev.highlander;

import static dev.highlander.time.Time.plus;

import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about one key on one node: events and the time go in, commands come out. No threads, no I/O, no clock.
 *
 * <pre>
 *   STANDBY -> SETTLING -> STARTING -> RUNNING -> STOPPING -> STANDBY | CLOSED
 *                                                    |
 *                                                  STUCK
 * </pre>
 *
 * With restarts in place also from STARTING, RUNNING and STOPPING to STARTING. What it sees to, whatever comes in which
 * order:
 *
 * <ul>
 *   <li>a child is started, for the first time or again, only under a hold that is startable and leaves time to stop it;
 *   <li>it is started again only when the one before it is gone, and no stop but one for its own silence has begun;
 *   <li>a key is released, or claimed again, only when there is no child;
 *   <li>a stop that has begun is never taken back;
 *   <li>when the hold is lost, or its lease has come within a stop of its end, the child is stopped, then killed, then
 *       declared stuck, each early enough that the next holder's child does not meet it.
 * </ul>
 *
 * <p>Each call carries {@code deadBy}, the present hold's, since that moves without an event. The caller calls again with
 * {@link Event.Tick} at {@link #wakeAt}.
 */
final class SingletonMachine {
    /** How long after a kill in an ordered stop a child is called stuck. */
    static final long KILL_WAIT = 1_000_000_000L;

    /** What happens. */
    sealed interface Event {
        record Granted() implements Event {}

        record Startable() implements Event {}

        record Lost(Loss why) implements Event {}

        record Started() implements Event {}

        /** The child is gone: it ended, or could not be started. */
        record Ended(Exit exit) implements Event {}

        /** The child, asked to end, has found that something of its own is stuck. */
        record FoundStuck() implements Event {}

        record Close(StopReason why, long killBy) implements Event {}

        record StepDown(long until) implements Event {}

        /** The child reported progress, at that time. */
        record Progressed(long at) implements Event {}

        record Tick() implements Event {}
    }

    /** What is to be done about it, in this order. */
    sealed interface Command {
        record Claim() implements Command {}

        record Withdraw() implements Command {}

        record StartChild() implements Command {}

        record StopChild(StopReason why, long killAt) implements Command {}

        record KillChild(StopReason why) implements Command {}

        /** The child has ignored its kill; {@code halting} if the JVM is halted should it not end in time after all. */
        record Stuck(boolean lost, boolean halting) implements Command {}

        /** The time of a stuck child whose key is lost is over, and its process with it. */
        record Halt() implements Command {}

        record Release() implements Command {}

        record Changed(
                State from,
                State to,
                Reason reason,
                @Nullable Throwable cause) implements Command {}

        record Over(Exit exit) implements Command {}
    }

    /**
     * How this singleton is run; times in nanoseconds.
     *
     * @param grace how long an ordered stop may take before the kill
     * @param stopBudget the most that a stop may take when the key is lost
     * @param margin what is kept in hand at the end of the lease
     * @param halt whether a stuck child whose key is lost takes the JVM down
     * @param restarts what becomes of it when the child has ended by itself
     * @param progress for how long a child may show no progress
     */
    record Policy(long grace, long stopBudget, long margin, boolean halt, Restarts restarts, long progress) {
        /** For a child that promises none. */
        Policy(long grace, long stopBudget, long margin, boolean halt, Restarts restarts) {
            this(grace, stopBudget, margin, halt, restarts, NEVER);
        }
    }

    /** Decides about restarts. */
    @FunctionalInterface
    interface Restarts {
        /** After an end of the child's own, {@code ranFor} nanoseconds after it was started. */
        Next after(Exit exit, long ranFor, long now);

        /** The child ran that long and was then asked to end, which is no failure whatever came of it. */
        default void ran(long ranFor) {}
    }

    /** What becomes of a singleton whose child has ended by itself; pauses in nanoseconds. */
    sealed interface Next {
        /** The child is started again under the same term. */
        record InPlace() implements Next {}

        /** The key is given up, and claimed again after the pause. */
        record Later(long pause) implements Next {}

        /** The same, since the child keeps ending here, so that another node tries. */
        record Aside(long pause) implements Next {}

        /** Over on this node; {@code loop} if the child kept ending here. */
        record Over(boolean loop) implements Next {}
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final Policy policy;
    private final Silence silence;
    private final List<Command> out = new ArrayList<>();

    private State state = State.STANDBY;
    private boolean claimed;
    private long claimAt = Long.MIN_VALUE; // the first call claims
    private long startedAt;

    // Of the present hold, while there is one.
    private boolean holding;
    private boolean lost;
    private long lostDeadBy;

    // Of the present stop.
    private StopReason stopReason = StopReason.SHUTDOWN;
    private long killAt;
    private boolean killed;
    private boolean halted;
    private @Nullable NoProgressException silent; // why it was begun, if for that
    private boolean closing;
    private long standAsideUntil = Long.MIN_VALUE;

    SingletonMachine(Policy policy) {
        this.policy = policy;
        this.silence = new Silence(policy.progress);
    }

    State state() {
        return state;
    }

    /** Until when the key is left to others, in a STANDBY that does not claim; else the beginning of time. */
    long asideUntil() {
        return state == State.STANDBY && !claimed ? claimAt : Long.MIN_VALUE;
    }

    List<Command> on(Event event, long now, long deadBy) {
        out.clear();
        if (event instanceof Event.Granted) {
            granted();
        } else if (event instanceof Event.Startable) {
            startable(now, deadBy);
        } else if (event instanceof Event.Lost lostEvent) {
            lose(now, deadBy, Reason.of(lostEvent.why));
        } else if (event instanceof Event.Started) {
            started(now);
        } else if (event instanceof Event.Ended ended) {
            ended(ended.exit, now, deadBy);
        } else if (event instanceof Event.FoundStuck && state == State.STOPPING) {
            killAt = Math.min(killAt, now); // more time would not help
        } else if (event instanceof Event.Close close) {
            close(close, now);
        } else if (event instanceof Event.StepDown stepDown) {
            stepDown(stepDown.until, now);
        } else if (event instanceof Event.Progressed progressed) {
            silence.broken(progressed.at);
        }
        watch(now, deadBy);
        return List.copyOf(out);
    }

    /** When the next {@link Event.Tick} is due, if no other event comes first. */
    long wakeAt(long deadBy) {
        return switch (state) {
            case STANDBY -> claimAt;
            case SETTLING -> deadBy;
            case STARTING, RUNNING -> Math.min(stopAt(deadBy), silence.lookAt());
            case STOPPING -> Math.min(lost ? NEVER : stopAt(deadBy), killed ? stuckAt() : killAt);
            case STUCK -> !lost ? stopAt(deadBy) : policy.halt && !halted ? haltAt() : NEVER;
            case CLOSED -> NEVER;
        };
    }

    private void granted() {
        if (holding) {
            return; // against the rules of the lock service; nothing that runs may lose its hold by it
        }
        holding = true;
        lost = false;
        if (state == State.STANDBY && claimed) {
            become(State.SETTLING, Reason.GRANTED, null);
        } else {
            release(); // it raced with a withdrawal
        }
    }

    private void startable(long now, long deadBy) {
        if (state == State.SETTLING && !start(Reason.SETTLED, null, now, deadBy)) {
            release();
            become(State.STANDBY, Reason.EXPIRED, null);
        }
    }

    /** The one place where a child is started: not without a hold that leaves time to stop it, which is watched from now. */
    private boolean start(Reason reason, @Nullable Throwable cause, long now, long deadBy) {
        if (!holding || lost || now >= stopAt(deadBy)) {
            return false;
        }
        startedAt = now;
        killed = false;
        halted = false;
        silent = null;
        silence.begin(now);
        become(State.STARTING, reason, cause);
        out.add(new Command.StartChild());
        return true;
    }

    private void lose(long now, long deadBy, Reason reason) {
        if (!holding || lost) {
            return;
        }
        lost = true;
        lostDeadBy = deadBy;
        switch (state) {
            case SETTLING -> {
                release();
                become(State.STANDBY, reason, null);
            }
            case STARTING, RUNNING ->
                stop(reason == Reason.CONFLICT ? StopReason.CONFLICT : StopReason.LOST, lossKillAt(now), reason, null);
            case STOPPING -> hurry(lossKillAt(now));
            case STUCK -> stuck();
            case STANDBY, CLOSED -> {}
        }
    }

    private void started(long now) {
        if (state == State.STARTING) {
            startedAt = now;
            silence.broken(now);
            become(State.RUNNING, Reason.STARTED, null);
        } else if (state == State.STOPPING || state == State.STUCK) {
            out.add(killed ? new Command.KillChild(stopReason) : new Command.StopChild(stopReason, killAt));
        }
    }

    private void ended(Exit exit, long now, long deadBy) {
        if (!state.hasChild()) {
            return;
        }
        boolean asked = state == State.STOPPING || state == State.STUCK;
        NoProgressException failure = lost || closing || standAsideUntil > now ? null : silent;
        Exit own = failure == null ? exit : Exit.failed(failure);
        long ranFor = now - startedAt;
        if (asked && failure == null) {
            policy.restarts.ran(ranFor);
            leave(closing, standAsideUntil, Reason.STOPPED, own, now);
        } else if (own.isFailure() && now >= stopAt(deadBy)) {
            policy.restarts.ran(ranFor); // whatever took the hold may have taken the child: a loss, not a failure
            leave(false, now, Reason.EXPIRED, own, now);
        } else {
            endedByItself(own, policy.restarts.after(own, ranFor, now), now, deadBy);
        }
    }

    private void endedByItself(Exit exit, Next next, long now, long deadBy) {
        Reason reason = Reason.of(exit);
        if (next instanceof Next.InPlace) {
            if (!start(reason, exit.cause().orElse(null), now, deadBy)) {
                leave(false, now, Reason.EXPIRED, exit, now);
            }
        } else if (next instanceof Next.Later later) {
            leave(false, plus(now, later.pause), reason, exit, now);
        } else if (next instanceof Next.Aside aside) {
            leave(false, plus(now, aside.pause), Reason.CRASH_LOOP, exit, now);
        } else if (next instanceof Next.Over over) {
            leave(true, now, over.loop ? Reason.CRASH_LOOP : reason, exit, now);
        }
    }

    /** With no child left: gives up the key, and the claim with it unless the queue is to be joined again right now. */
    private void leave(boolean forGood, long claimAgainAt, Reason reason, Exit exit, long now) {
        Throwable cause = exit.cause().orElse(null);
        if (forGood || claimAgainAt > now) {
            withdraw();
        }
        release();
        if (forGood) {
            become(State.CLOSED, reason, cause);
            out.add(new Command.Over(exit));
        } else {
            become(State.STANDBY, reason, cause);
            if (!claimed) {
                claimAt = claimAgainAt;
            }
        }
    }

    private void close(Event.Close close, long now) {
        closing = true;
        switch (state) {
            case STANDBY, SETTLING -> leave(true, now, Reason.CLOSED, Exit.stopped(), now);
            case STARTING, RUNNING ->
                stop(close.why, Math.min(plus(now, policy.grace), close.killBy), Reason.CLOSED, null);
            case STOPPING -> hurry(close.killBy);
            case STUCK, CLOSED -> {}
        }
    }

    private void hurry(long killBy) {
        if (!killed && killBy < killAt) {
            killAt = killBy;
            out.add(new Command.StopChild(stopReason, killAt));
        }
    }

    /** Of several times to stand aside, or to wait before a restart, the latest end counts. */
    private void stepDown(long until, long now) {
        standAsideUntil = Math.max(standAsideUntil, until);
        switch (state) {
            case STANDBY -> {
                long wanted = claimed ? standAsideUntil : Math.max(claimAt, standAsideUntil);
                withdraw();
                claimAt = wanted;
            }
            case SETTLING -> leave(false, standAsideUntil, Reason.STEPPED_DOWN, Exit.stopped(), now);
            case STARTING, RUNNING -> stop(StopReason.YIELDED, plus(now, policy.grace), Reason.STEPPED_DOWN, null);
            case STOPPING, STUCK, CLOSED -> {}
        }
    }

    private void stop(StopReason why, long at, Reason reason, @Nullable Throwable cause) {
        stopReason = why;
        killAt = at;
        become(State.STOPPING, reason, cause);
        out.add(new Command.StopChild(why, at));
    }

    /** What time alone decides. */
    private void watch(long now, long deadBy) {
        if (state == State.STANDBY && now >= claimAt) {
            claim();
        }
        if (lost && state.hasChild() && deadBy < lostDeadBy) {
            tighten(now, deadBy);
        }
        if (state == State.SETTLING ? now >= deadBy : now >= stopAt(deadBy)) {
            lose(now, deadBy, Reason.EXPIRED);
        }
        if ((state == State.STARTING || state == State.RUNNING) && silence.isTooLong(now)) {
            silent = new NoProgressException(policy.progress);
            stop(StopReason.NO_PROGRESS, plus(now, policy.grace), Reason.NO_PROGRESS, silent);
        }
        if (state == State.STOPPING && !killed && now >= killAt) {
            killed = true;
            killAt = now;
            out.add(new Command.KillChild(stopReason));
        }
        if (state == State.STOPPING && killed && now >= stuckAt()) {
            become(State.STUCK, Reason.IGNORED_KILL, null);
            stuck();
        }
        if (state == State.STUCK && lost && policy.halt && !halted && now >= haltAt()) {
            halted = true;
            out.add(new Command.Halt());
        }
    }

    /** The machine was suspended since the loss: less of the lease is left than was thought. */
    private void tighten(long now, long deadBy) {
        lostDeadBy = deadBy;
        if (state == State.STOPPING) {
            hurry(lossKillAt(now));
        }
    }

    private void stuck() {
        out.add(new Command.Stuck(lost, lost && policy.halt));
    }

    /** When the JVM must begin to halt; at once if nothing tells how much time there is. */
    private long haltAt() {
        return lostDeadBy == NEVER ? Long.MIN_VALUE : lostDeadBy - policy.margin;
    }

    /** When a stop must begin for the child to be dead in time. */
    private long stopAt(long deadBy) {
        return deadBy == NEVER ? NEVER : deadBy - policy.stopBudget - policy.margin;
    }

    /** The last fifth of the budget is for the kill to take effect in. */
    private long lossKillAt(long now) {
        long end = Math.min(plus(now, policy.stopBudget), lostDeadBy - policy.margin);
        return Math.min(plus(now, policy.grace), end - policy.stopBudget / 5);
    }

    private long stuckAt() {
        if (!lost) {
            return plus(killAt, KILL_WAIT);
        }
        return Math.min(plus(killAt, policy.stopBudget / 5), plus(lostDeadBy, -policy.margin));
    }

    private void claim() {
        claimAt = NEVER;
        claimed = true;
        out.add(new Command.Claim());
    }

    private void withdraw() {
        claimAt = NEVER;
        if (claimed) {
            claimed = false;
            out.add(new Command.Withdraw());
        }
    }

    private void release() {
        if (holding) {
            holding = false;
            out.add(new Command.Release());
        }
    }

    /** The one place where the state changes. */
    private void become(State next, Reason reason, @Nullable Throwable cause) {
        State from = state;
        assert next.hasChild() || next == State.SETTLING || !holding : "nothing runs, yet the key is held";
        state = next;
        out.add(new Command.Changed(from, next, reason, cause));
    }
}
