package dev.highlander;

import dev.highlander.SingletonMachine.Command;
import dev.highlander.SingletonMachine.Event;
import dev.highlander.SingletonMachine.Next;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * The real {@link SingletonMachine}, driven as {@link SingletonRunner} drives it, one piece of work at a time: what was
 * given to the thread that decides waits in a queue until {@link #decide}.
 */
public final class ExploreSingleton {
    /** What the machine has at its command. */
    public interface Outside {
        Claim claim(Claimant claimant);

        void startChild(Hold hold);

        void stopChild();

        void killChild();

        void halt();

        void releasing();

        void changed(State from, State to, Reason reason);
    }

    private record Work(Turn turn, Hold hold, Event event) {}

    private final SingletonMachine machine;
    private final LongSupplier nanos;
    private final Outside outside;
    private final ArrayDeque<Work> queue = new ArrayDeque<>();
    private Turn turn;
    private Claim claim;

    /**
     * A child that fails is started again in place; after one that is done, the key is wanted again when {@code pause} is
     * over.
     */
    public ExploreSingleton(Lease lease, long grace, long pause, LongSupplier nanos, Outside outside) {
        this.machine = new SingletonMachine(new SingletonMachine.Policy(
                grace,
                lease.stopBudget(),
                lease.margin(),
                true,
                (exit, ranFor, now) -> exit.isFailure() ? new Next.InPlace() : new Next.Later(pause)));
        this.nanos = nanos;
        this.outside = outside;
    }

    public State state() {
        return machine.state();
    }

    public boolean hasWork() {
        return !queue.isEmpty();
    }

    public boolean isTimerDue() {
        return machine.wakeAt(deadBy()) <= nanos.getAsLong();
    }

    /** Does the next piece of work. */
    public void decide() {
        Work work = queue.remove();
        if (work.turn == null) {
            handle(work.event);
        } else if (work.event instanceof Event.Granted) {
            if (!work.turn.withdrawn && work.turn.hold == null) {
                work.turn.hold = work.hold;
                handle(work.event);
            } else {
                work.hold.release();
            }
        } else if (turn == work.turn && work.turn.hold == work.hold) {
            handle(work.event);
        }
    }

    public void tick() {
        handle(new Event.Tick());
    }

    public void childStarted() {
        queue.add(new Work(null, null, new Event.Started()));
    }

    public void childEnded(Exit exit) {
        queue.add(new Work(null, null, new Event.Ended(exit)));
    }

    public void stepDown(long until) {
        handle(new Event.StepDown(until));
    }

    public void close() {
        handle(new Event.Close(StopReason.SHUTDOWN, Long.MAX_VALUE));
    }

    private long deadBy() {
        return turn == null || turn.hold == null ? Long.MAX_VALUE : turn.hold.deadBy();
    }

    private void handle(Event event) {
        for (Command command : machine.on(event, nanos.getAsLong(), deadBy())) {
            perform(command);
        }
    }

    private void perform(Command command) {
        if (command instanceof Command.Claim) {
            turn = new Turn();
            claim = outside.claim(turn);
        } else if (command instanceof Command.Withdraw && claim != null) {
            Claim present = claim;
            claim = null;
            turn.withdrawn = true;
            present.withdraw();
        } else if (command instanceof Command.StartChild) {
            outside.startChild(turn.hold);
        } else if (command instanceof Command.StopChild) {
            outside.stopChild();
        } else if (command instanceof Command.KillChild) {
            outside.killChild();
        } else if (command instanceof Command.Halt) {
            outside.halt();
        } else if (command instanceof Command.Release) {
            outside.releasing();
            Hold present = turn.hold;
            turn.hold = null;
            if (present != null) {
                present.release();
            }
        } else if (command instanceof Command.Changed changed) {
            outside.changed(changed.from(), changed.to(), changed.reason());
        }
    }

    private final class Turn implements Claimant {
        private Hold hold;
        private boolean withdrawn;

        @Override
        public void granted(Hold granted) {
            queue.add(new Work(this, granted, new Event.Granted()));
            if (withdrawn) {
                granted.release();
            }
        }

        @Override
        public void startable(Hold startable) {
            queue.add(new Work(this, startable, new Event.Startable()));
        }

        @Override
        public void lost(Hold lost, Loss why) {
            queue.add(new Work(this, lost, new Event.Lost(why)));
        }
    }
}
