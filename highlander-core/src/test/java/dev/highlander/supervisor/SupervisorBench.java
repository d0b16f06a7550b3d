package dev.highlander.supervisor;

import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.SupervisorMachine.Command;
import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.supervisor.SupervisorMachine.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A supervisor's machine on a bench: turned by hand, in seconds, and read in words. */
final class SupervisorBench {
    static final long NEVER = Long.MAX_VALUE;
    static final double SECOND = 1e9;

    final SupervisorMachine machine;
    private final Map<Integer, String> ids = new TreeMap<>();
    private long now;
    private long calls;

    SupervisorBench(Policy policy, Traits... children) {
        List<Traits> numbered = new ArrayList<>();
        for (Traits child : children) {
            numbered.add(number(child));
        }
        machine = new SupervisorMachine(policy, numbered);
    }

    private Traits number(Traits child) {
        int slot = ids.size();
        ids.put(slot, child.id());
        return new Traits(slot, child.id(), child.type(), child.restart(), child.grace(), child.significant());
    }

    static Policy policy(Strategy strategy) {
        return policy(strategy, 3);
    }

    static Policy policy(Strategy strategy, int maxRestarts) {
        return new Policy("app", strategy, maxRestarts, seconds(5), AutomaticShutdown.NEVER, null, () -> 0);
    }

    static Policy shutsDown(AutomaticShutdown when) {
        return new Policy("app", Strategy.ONE_FOR_ONE, 3, seconds(5), when, null, () -> 0);
    }

    /** With waits of 1, 2, 4 and then 8 s. */
    static Policy waits(Strategy strategy) {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8));
        return new Policy("app", strategy, 100, seconds(5), AutomaticShutdown.NEVER, backoff, () -> 0);
    }

    static Traits child(String id) {
        return child(id, Restart.ALWAYS);
    }

    static Traits child(String id, Restart restart) {
        return new Traits(0, id, ChildType.WORKER, restart, seconds(5), false);
    }

    static Traits significant(String id, Restart restart) {
        return new Traits(0, id, ChildType.WORKER, restart, seconds(5), true);
    }

    static Traits withGrace(String id, double grace) {
        return new Traits(0, id, ChildType.WORKER, Restart.ALWAYS, seconds(grace), false);
    }

    static long seconds(double seconds) {
        return seconds == Double.POSITIVE_INFINITY ? NEVER : Math.round(seconds * SECOND);
    }

    /** With a, b and c as given, all up. */
    SupervisorBench up() {
        begin();
        while (ids.keySet().stream().anyMatch(this::isStarting)) {
            ids.keySet().stream().filter(this::isStarting).findFirst().ifPresent(slot -> on(new Event.Started(slot)));
        }
        return this;
    }

    private boolean isStarting(int slot) {
        return lastStarted == slot;
    }

    private int lastStarted = -1;

    SupervisorBench at(double seconds) {
        now = seconds(seconds);
        return this;
    }

    String begin() {
        return on(new Event.Start());
    }

    String started(String id) {
        return on(new Event.Started(slot(id)));
    }

    String ended(String id, Exit exit) {
        return on(new Event.Ended(slot(id), exit));
    }

    String fails(String id) {
        return ended(id, Exit.failed(new IllegalStateException("broken")));
    }

    String completes(String id) {
        return ended(id, Exit.completed());
    }

    String stopped(String id) {
        return ended(id, Exit.stopped());
    }

    String failsToStart(String id) {
        return ended(id, Exit.notStarted(new IllegalStateException("broken")));
    }

    String foundStuck(String id) {
        return on(new Event.FoundStuck(slot(id)));
    }

    String stop() {
        return on(new Event.Stop(StopReason.SHUTDOWN, NEVER));
    }

    String stopBy(double killBy) {
        return on(new Event.Stop(StopReason.LOST, seconds(killBy)));
    }

    String kill() {
        return on(new Event.Kill(StopReason.LOST));
    }

    String add(Traits child) {
        return on(new Event.Add(calls++, number(child)));
    }

    String terminate(String id) {
        return on(new Event.Terminate(calls++, id));
    }

    String restart(String id) {
        return on(new Event.Restart(calls++, id));
    }

    String delete(String id) {
        return on(new Event.Delete(calls++, id));
    }

    String tick() {
        return on(new Event.Tick());
    }

    double wakeAt() {
        return machine.wakeAt() == NEVER ? Double.POSITIVE_INFINITY : machine.wakeAt() / SECOND;
    }

    /** The ids of all children, with a minus before those that are not alive. */
    String children() {
        return machine.children().stream()
                .map(child -> (child.alive() ? "" : "-") + child.id())
                .collect(Collectors.joining(" "));
    }

    String on(Event event) {
        lastStarted = event instanceof Event.Started ? -1 : lastStarted;
        return machine.on(event, now).stream().map(this::word).collect(Collectors.joining(", "));
    }

    private int slot(String id) {
        return ids.entrySet().stream()
                .filter(entry -> entry.getValue().equals(id))
                .mapToInt(Map.Entry::getKey)
                .max()
                .orElseThrow();
    }

    private String word(Command command) {
        if (command instanceof Command.StartChild start) {
            lastStarted = start.slot();
            return "start " + ids.get(start.slot());
        } else if (command instanceof Command.StopChild stop) {
            return "stop " + ids.get(stop.slot())
                    + (stop.killAt() == NEVER ? "" : " by " + Math.round(stop.killAt() / SECOND * 100) / 100.0);
        } else if (command instanceof Command.KillChild kill) {
            return "kill " + ids.get(kill.slot());
        } else if (command instanceof Command.Forget forget) {
            return "forget " + ids.get(forget.slot());
        } else if (command instanceof Command.Failed failed) {
            return failed.id() + " " + failed.exit().kind();
        } else if (command instanceof Command.StoppedWith stopped) {
            return stopped.id() + " stopped with an error";
        } else if (command instanceof Command.Stuck stuck) {
            return "stuck " + stuck.id();
        } else if (command instanceof Command.Broken broken) {
            return "broken " + broken.id();
        } else if (command instanceof Command.NotAsked notAsked) {
            return "not asked " + notAsked.id();
        } else if (command instanceof Command.Answer answer) {
            return answer.refusal() == null
                    ? "done"
                    : answer.refusal().getClass().getSimpleName() + ": "
                            + answer.refusal().getMessage();
        } else if (command instanceof Command.Up) {
            return "up";
        } else if (command instanceof Command.OnlyStuckLeft left) {
            return "only stuck left " + left.ids();
        } else if (command instanceof Command.Over over) {
            return "over " + over.exit().kind();
        }
        throw new AssertionError(command);
    }
}
