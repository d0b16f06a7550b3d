package dev.highlander;

import dev.highlander.SingletonMachine.Command;
import dev.highlander.SingletonMachine.Event;
import dev.highlander.SingletonMachine.Next;
import dev.highlander.SingletonMachine.Policy;
import dev.highlander.SingletonMachine.Restarts;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A machine, a clock that is turned by hand, and commands as text; the lease is ten seconds. */
final class MachineBench {
    static final long NEVER = Long.MAX_VALUE;
    static final long SECOND = 1_000_000_000L;
    static final long LEASE = 10 * SECOND;
    static final long STOP = 3 * SECOND;
    static final long MARGIN = SECOND;

    static final Event GRANTED = new Event.Granted();
    static final Event STARTABLE = new Event.Startable();
    static final Event STARTED = new Event.Started();
    static final Event TICK = new Event.Tick();
    static final Event LOST = new Event.Lost(Loss.DISCONNECTED);
    static final Event CONFLICT = new Event.Lost(Loss.CONFLICT);
    static final Event ENDED = new Event.Ended(Exit.completed());
    static final Event CLOSE = close(NEVER);

    final SingletonMachine machine;
    long now;
    long deadBy = NEVER;

    MachineBench(Policy policy) {
        machine = new SingletonMachine(policy);
    }

    /** With five seconds of grace; a child that ends by itself is not restarted. */
    static MachineBench plain() {
        return new MachineBench(policy(5 * SECOND));
    }

    static MachineBench withGrace(long grace) {
        return new MachineBench(policy(grace));
    }

    static MachineBench restarting(double seconds) {
        return new MachineBench(
                new Policy(5 * SECOND, STOP, MARGIN, true, (exit, ranFor, now) -> new Next.Later(seconds(seconds))));
    }

    static Policy policy(long grace) {
        return policy(grace, true, Restarting.NEVER);
    }

    static Policy policy(long grace, boolean halt, Restarts restarts) {
        return new Policy(grace, STOP, MARGIN, halt, restarts);
    }

    static long seconds(double seconds) {
        return (long) (seconds * SECOND);
    }

    static Event close(long killBy) {
        return new Event.Close(StopReason.SHUTDOWN, killBy);
    }

    static Event stepDown(double untilSeconds) {
        return new Event.StepDown(seconds(untilSeconds));
    }

    MachineBench at(double seconds) {
        now = seconds(seconds);
        return this;
    }

    /** As told by the latest confirmed check. */
    MachineBench deadBy(double seconds) {
        deadBy = seconds(seconds);
        return this;
    }

    String tick() {
        return on(TICK);
    }

    String on(Event event) {
        return text(raw(event));
    }

    List<Command> raw(Event event) {
        List<Command> commands = machine.on(event, now, deadBy);
        if (commands.contains(new Command.Release())) {
            deadBy = NEVER;
        }
        return commands;
    }

    State state() {
        return machine.state();
    }

    /** When the next tick is due, in seconds; infinity for never. */
    double wakeAt() {
        long at = machine.wakeAt(deadBy);
        return at == NEVER ? Double.POSITIVE_INFINITY : at / (double) SECOND;
    }

    MachineBench claimed() {
        tick();
        return this;
    }

    /** Granted at this moment, by a check sent at this moment. */
    MachineBench settling() {
        claimed();
        deadBy = now + LEASE;
        on(GRANTED);
        return this;
    }

    MachineBench starting() {
        settling().on(STARTABLE);
        return this;
    }

    MachineBench running() {
        starting().on(STARTED);
        return this;
    }

    /** Closing, at this moment. */
    MachineBench stopping() {
        running().on(CLOSE);
        return this;
    }

    /** Stuck in an ordered stop, the hold intact: the time is six seconds later. */
    MachineBench stuck() {
        stopping();
        now += 5 * SECOND;
        deadBy = now + LEASE;
        tick();
        now += SECOND;
        tick();
        return this;
    }

    MachineBench closed() {
        claimed().on(CLOSE);
        return this;
    }

    MachineBench in(State state) {
        return switch (state) {
            case STANDBY -> claimed();
            case SETTLING -> settling();
            case STARTING -> starting();
            case RUNNING -> running();
            case STOPPING -> stopping();
            case STUCK -> stuck();
            case CLOSED -> closed();
        };
    }

    static String text(List<Command> commands) {
        return commands.stream().map(MachineBench::text).collect(Collectors.joining(", "));
    }

    private static String text(Command command) {
        if (command instanceof Command.Claim) {
            return "claim";
        } else if (command instanceof Command.Withdraw) {
            return "withdraw";
        } else if (command instanceof Command.StartChild) {
            return "start";
        } else if (command instanceof Command.StopChild stop) {
            return "stop " + stop.why() + " " + time(stop.killAt());
        } else if (command instanceof Command.KillChild kill) {
            return "kill " + kill.why();
        } else if (command instanceof Command.Stuck stuck) {
            return "stuck" + (stuck.lost() ? " lost" : "") + (stuck.halting() ? " halting" : "");
        } else if (command instanceof Command.Halt) {
            return "halt";
        } else if (command instanceof Command.Release) {
            return "release";
        } else if (command instanceof Command.Changed changed) {
            return changed.to() + " " + changed.reason();
        } else if (command instanceof Command.Over over) {
            return "over " + over.exit().kind();
        }
        throw new AssertionError(command);
    }

    private static String time(long nanos) {
        return nanos == NEVER ? "never" : String.format(Locale.ROOT, "%.1fs", nanos / (double) SECOND);
    }
}
