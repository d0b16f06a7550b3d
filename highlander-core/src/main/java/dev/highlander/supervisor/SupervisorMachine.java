package dev.highlander.supervisor;

import static dev.highlander.time.Time.plus;

import dev.highlander.supervisor.Member.Phase;
import dev.highlander.supervisor.Member.Traits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of one supervisor: events and the time go in, commands come out. No threads, no I/O, no clock.
 *
 * <p>Whatever happens only marks children: as doomed, to be stopped, or as wanted, to be started. {@link #advance} then
 * does the next thing that the marks call for: it stops the last of the doomed; only when none is left, it starts the
 * first of the wanted; one at a time. So children start in order and stop in reverse whatever the strategy, a start that
 * fails is retried in its turn, and a stop from above, which is nothing but more marks, is never blocked.
 *
 * <p>A child that ignores its kill is stuck. The others are stopped all the same, but a stuck child is never started
 * again, nor does a supervisor end, before it has ended: none beats two.
 */
final class SupervisorMachine {
    /** How long after its kill a child is called stuck, unless there is less time. */
    static final long KILL_WAIT = 1_000_000_000L;

    /** What happens. */
    sealed interface Event {
        record Start() implements Event {}

        record Started(int slot) implements Event {}

        /** The child is gone: it ended, or could not be started. */
        record Ended(int slot, Exit exit) implements Event {}

        /** The child has found that something of its own is stuck. */
        record FoundStuck(int slot) implements Event {}

        /** The child was started, but can't be looked after: nobody knows whether it runs. */
        record Broken(int slot, Throwable why) implements Event {}

        /** The child could not be asked to end, or could not be killed. */
        record NotAsked(int slot, Throwable why) implements Event {}

        /** From above: {@code killBy} is when {@link Kill} will come. */
        record Stop(StopReason why, long killBy) implements Event {}

        record Kill(StopReason why) implements Event {}

        record Add(long call, Traits traits) implements Event {}

        record Terminate(long call, String id) implements Event {}

        record Restart(long call, String id) implements Event {}

        record Delete(long call, String id) implements Event {}

        record Tick() implements Event {}
    }

    /** What is to be done about it, in this order. */
    sealed interface Command {
        record StartChild(int slot) implements Command {}

        record StopChild(int slot, StopReason why, long killAt) implements Command {}

        record KillChild(int slot, StopReason why) implements Command {}

        /** The child will not be started again. */
        record Forget(int slot) implements Command {}

        /** To be told to people: the child has failed, or ignored its kill. */
        record Failed(String id, Exit exit) implements Command {}

        record Stuck(String id) implements Command {}

        record Broken(String id, Throwable why) implements Command {}

        record NotAsked(String id, Throwable why) implements Command {}

        record Answer(long call, @Nullable RuntimeException refusal) implements Command {}

        /** All children have been started. */
        record Up() implements Command {}

        /** The supervisor would be over but for these, which are stuck. */
        record OnlyStuckLeft(List<String> ids, @Nullable Throwable because) implements Command {}

        record Over(Exit exit) implements Command {}
    }

    /** How children are supervised; the window in nanoseconds. */
    record Policy(String name, Strategy strategy, int maxRestarts, long window, AutomaticShutdown automaticShutdown) {}

    private enum Mode {
        STARTING,
        RUNNING,
        STOPPING,
        OVER
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final Policy policy;
    private final List<Member> members = new ArrayList<>();
    private final Deque<Long> restarts = new ArrayDeque<>();
    private final List<Command> out = new ArrayList<>();

    private Mode mode = Mode.STARTING;

    // Of the stop of the whole.
    private Exit result = Exit.stopped();
    private StopReason reason = StopReason.SHUTDOWN;
    private long killBy = NEVER;
    private boolean toldStuck;

    SupervisorMachine(Policy policy, Collection<Traits> children) {
        this.policy = policy;
        children.forEach(traits -> members.add(new Member(traits)));
    }

    List<Command> on(Event event, long now) {
        out.clear();
        if (event instanceof Event.Start) {
            for (Member member : members) {
                member.wanted = true;
                member.initial = true;
            }
        } else if (event instanceof Event.Started started) {
            started(started.slot);
        } else if (event instanceof Event.Ended ended) {
            ended(ended, now);
        } else if (event instanceof Event.FoundStuck found) {
            foundStuck(found.slot);
        } else if (event instanceof Event.Broken broken) {
            broken(broken);
        } else if (event instanceof Event.NotAsked notAsked) {
            notAsked(notAsked, now);
        } else if (event instanceof Event.Stop stop) {
            stop(stop, now);
        } else if (event instanceof Event.Kill kill) {
            kill(kill.why, now);
        } else if (event instanceof Event.Add add) {
            add(add);
        } else if (event instanceof Event.Terminate terminate) {
            terminate(terminate);
        } else if (event instanceof Event.Restart restart) {
            restart(restart);
        } else if (event instanceof Event.Delete delete) {
            delete(delete);
        }
        watch(now);
        advance(now);
        return List.copyOf(out);
    }

    /** When the next {@link Event.Tick} is due, if no other event comes first. */
    long wakeAt() {
        long earliest = NEVER;
        for (Member member : members) {
            if (member.phase == Phase.STOPPING) {
                earliest = Math.min(earliest, member.killed ? member.shareEnds : member.killAt);
            }
        }
        return earliest;
    }

    /** In the order of starting. */
    List<ChildInfo> children() {
        return members.stream()
                .filter(member -> !member.onTrial || member.phase == Phase.STUCK)
                .map(Member::info)
                .toList();
    }

    private void started(int slot) {
        Member member = at(slot);
        if (member != null && member.phase == Phase.STARTING) {
            become(member, Phase.RUNNING);
            cameUp(member);
        }
    }

    private void cameUp(Member member) {
        member.initial = false;
        member.onTrial = false;
        answerStart(member, null);
    }

    private void ended(Event.Ended event, long now) {
        Member member = at(event.slot);
        if (member == null || !member.isPresent()) {
            return;
        }
        Phase before = member.phase;
        become(member, Phase.ABSENT);
        if (member.doomed) {
            endedAsAsked(member);
        } else if (before == Phase.STARTING && event.exit.isFailure()) {
            startFailed(member, event.exit, now);
        } else if (member.broken != null) {
            endedByItself(member, Exit.failed(member.broken), now);
        } else {
            cameUp(member);
            endedByItself(member, event.exit, now);
        }
    }

    private void endedAsAsked(Member member) {
        member.doomed = false;
        member.stopCalls.forEach(call -> out.add(new Command.Answer(call, null)));
        member.stopCalls.clear();
        if (!member.wanted && (member.isTemporary() || member.onTrial)) {
            remove(member);
        }
    }

    /** The first start of the whole fails, that of a call is refused, and that of a restart is one more failure. */
    private void startFailed(Member member, Exit exit, long now) {
        Throwable cause = exit.cause().orElse(null);
        RuntimeException failure = new StartFailedException(notStarted(member), cause);
        if (member.initial) {
            shutDown(Exit.notStarted(failure));
        } else if (member.startCall != null) {
            answerStart(member, failure);
            if (member.onTrial) {
                remove(member);
            }
        } else {
            out.add(new Command.Failed(member.traits.id(), exit));
            restartFrom(member, exit, now);
        }
    }

    private String notStarted(Member member) {
        return "Child " + member.traits.id() + " of supervisor " + policy.name + " could not be started.";
    }

    private void endedByItself(Member member, Exit exit, long now) {
        if (exit.isFailure()) {
            out.add(new Command.Failed(member.traits.id(), exit));
        }
        if (member.traits.restart().after(exit)) {
            restartFrom(member, exit, now);
            return;
        }
        if (member.isTemporary()) {
            remove(member);
        }
        if (member.traits.significant() && isTimeToShutDown()) {
            shutDown(Exit.completed());
        }
    }

    private boolean isTimeToShutDown() {
        return switch (policy.automaticShutdown) {
            case NEVER -> false;
            case ANY -> true;
            case ALL -> find(other -> other.traits.significant() && (other.isPresent() || other.wanted)) == null;
        };
    }

    private void restartFrom(Member cause, Exit exit, long now) {
        if (isOneTooMany(now)) {
            RuntimeException giveUp =
                    new TooManyRestartsException(policy.name, policy.maxRestarts, policy.window, cause.traits.id());
            exit.cause().ifPresent(giveUp::initCause);
            shutDown(Exit.failed(giveUp));
            return;
        }
        cause.wanted = true;
        int index = members.indexOf(cause);
        List<Member> others = switch (policy.strategy) {
            case ONE_FOR_ONE -> List.of();
            case ONE_FOR_ALL -> members;
            case REST_FOR_ONE -> members.subList(index + 1, members.size());
        };
        for (Member other : others) {
            if (other != cause) {
                restartWith(other);
            }
        }
    }

    /** A temporary child is stopped with the others, and not started again; nor is one that a call has terminated. */
    private void restartWith(Member other) {
        boolean stays = other.stopCalls.isEmpty() && (!other.isTemporary() || other.startCall != null || other.initial);
        if (other.isPresent()) {
            other.doomed = true;
        }
        other.wanted = stays;
    }

    private boolean isOneTooMany(long now) {
        restarts.addLast(now);
        while (restarts.getFirst() < now - policy.window) {
            restarts.removeFirst();
        }
        return restarts.size() > policy.maxRestarts;
    }

    private void shutDown(Exit exit) {
        if (mode == Mode.STOPPING || mode == Mode.OVER) {
            return;
        }
        mode = Mode.STOPPING;
        result = exit;
        for (Member member : List.copyOf(members)) {
            member.wanted = false;
            member.doomed = member.isPresent();
            answerStart(member, new IllegalStateException(ending()));
        }
    }

    private String ending() {
        return "Supervisor " + policy.name + " is ending or has ended. Start another one.";
    }

    private void stop(Event.Stop stop, long now) {
        reason = stop.why;
        killBy = Math.min(killBy, stop.killBy);
        shutDown(Exit.stopped());
        for (Member member : members) {
            if (member.phase == Phase.STOPPING) {
                hurry(member, now);
            }
        }
    }

    private void hurry(Member member, long now) {
        long killAt = member.killAt;
        long ends = member.shareEnds;
        giveShare(member, now);
        member.killAt = Math.min(killAt, member.killAt);
        member.shareEnds = Math.min(ends, member.shareEnds);
        if (!member.killed && member.killAt < killAt) {
            out.add(new Command.StopChild(member.traits.slot(), reason, member.killAt));
        }
    }

    private void kill(StopReason why, long now) {
        reason = why;
        killBy = Math.min(killBy, now);
        shutDown(Exit.stopped());
        for (int i = members.size() - 1; i >= 0; i--) {
            Member member = members.get(i);
            if (member.isPresent()) {
                if (member.phase != Phase.STUCK) {
                    become(member, Phase.STOPPING);
                }
                kill(member, plus(now, KILL_WAIT));
            }
        }
    }

    private void add(Event.Add add) {
        String id = add.traits.id();
        Member same = named(id);
        RuntimeException refusal = mode == Mode.STOPPING || mode == Mode.OVER
                ? new IllegalStateException(ending())
                : same == null
                        ? null
                        : new IllegalArgumentException("Supervisor " + policy.name + " has a child " + id + " already"
                                + (same.isPresent() ? "." : ", which does not run: restart or delete it."));
        if (refusal != null) {
            out.add(new Command.Answer(add.call, refusal));
            out.add(new Command.Forget(add.traits.slot()));
            return;
        }
        Member member = new Member(add.traits);
        member.onTrial = true;
        member.wanted = true;
        member.startCall = add.call;
        members.add(member);
    }

    private void terminate(Event.Terminate terminate) {
        Member member = known(terminate.call, terminate.id);
        if (member == null) {
            return;
        }
        member.wanted = false;
        member.initial = false;
        answerStart(
                member,
                new StartFailedException(
                        "The start of child " + terminate.id + " was called off: it was terminated.", null));
        if (member.phase == Phase.STUCK) {
            answerStuck(terminate.call, terminate.id);
        } else if (member.isPresent()) {
            member.doomed = true;
            member.stopCalls.add(terminate.call);
        } else {
            member.stopCalls.add(terminate.call);
            endedAsAsked(member);
        }
    }

    private void restart(Event.Restart restart) {
        Member member = known(restart.call, restart.id);
        if (member == null) {
            return;
        }
        if (mode != Mode.RUNNING) {
            out.add(new Command.Answer(restart.call, new IllegalStateException(ending())));
        } else if (isBusy(member)) {
            out.add(new Command.Answer(restart.call, running(member, "restarted")));
        } else {
            member.wanted = true;
            member.startCall = restart.call;
        }
    }

    private void delete(Event.Delete delete) {
        Member member = known(delete.call, delete.id);
        if (member == null) {
            return;
        }
        if (isBusy(member)) {
            out.add(new Command.Answer(delete.call, running(member, "deleted")));
        } else {
            remove(member);
            out.add(new Command.Answer(delete.call, null));
        }
    }

    private static boolean isBusy(Member member) {
        return member.isPresent() || member.wanted;
    }

    private RuntimeException running(Member member, String what) {
        String state = member.isPresent() ? member.phase == Phase.STUCK ? "is stuck" : "runs" : "is being restarted";
        return new IllegalStateException("Child " + member.traits.id() + " of supervisor " + policy.name + " " + state
                + ", so it can't be " + what + ". Terminate it first.");
    }

    /** What time alone decides. */
    private void watch(long now) {
        for (Member member : members) {
            if (member.phase == Phase.STOPPING && !member.killed && now >= member.killAt) {
                killInItsTurn(member, now);
            }
            if (member.phase == Phase.STOPPING && member.killed && now >= member.shareEnds) {
                stuck(member);
            }
        }
    }

    private void killInItsTurn(Member member, long now) {
        kill(member, Math.max(now, Math.min(plus(now, KILL_WAIT), member.shareEnds)));
    }

    private void kill(Member member, long stuckAt) {
        if (!member.killed) {
            member.killed = true;
            member.shareEnds = stuckAt;
            out.add(new Command.KillChild(member.traits.slot(), reason));
        }
    }

    /**
     * It is killed, and taken to run until it says that it has ended, which may be never: none beats two. Whoever has called
     * for its start is told; a start of the whole has failed.
     */
    private void broken(Event.Broken event) {
        Member member = at(event.slot);
        if (member == null || !member.isPresent() || member.phase == Phase.STUCK) {
            return;
        }
        String id = member.traits.id();
        out.add(new Command.Broken(id, event.why));
        out.add(new Command.KillChild(event.slot, reason));
        stuck(member);
        member.killed = true;
        member.broken = event.why;
        if (member.initial) {
            member.initial = false;
            shutDown(Exit.notStarted(new StartFailedException(notStarted(member), event.why)));
        } else if (member.startCall != null) {
            member.doomed = true;
            RuntimeException told = new ChildStuckException(policy.name, List.of(id));
            told.initCause(event.why);
            answerStart(member, told);
        }
    }

    /** One that could not be asked is killed: else it might never know that it is to end. */
    private void notAsked(Event.NotAsked event, long now) {
        Member member = at(event.slot);
        if (member != null && member.phase == Phase.STOPPING) {
            out.add(new Command.NotAsked(member.traits.id(), event.why));
            killInItsTurn(member, now);
        }
    }

    private void foundStuck(int slot) {
        Member member = at(slot);
        if (member != null && member.phase == Phase.STOPPING) {
            stuck(member);
        }
    }

    private void stuck(Member member) {
        become(member, Phase.STUCK);
        out.add(new Command.Stuck(member.traits.id()));
        member.stopCalls.forEach(call -> answerStuck(call, member.traits.id()));
        member.stopCalls.clear();
    }

    /** Stops the last child that is doomed; with none left, starts the first that is wanted; with none left, is done. */
    private void advance(long now) {
        if (find(member -> member.phase == Phase.STOPPING) == null) {
            stopLast(now);
        }
        if (find(SupervisorMachine::holdsUpStarts) != null) {
            return;
        }
        Member next = find(member -> member.wanted && !member.isPresent());
        if (next != null) {
            next.wanted = false;
            next.broken = null;
            become(next, Phase.STARTING);
            out.add(new Command.StartChild(next.traits.slot()));
        } else if (mode == Mode.STARTING && find(member -> member.initial) == null) {
            mode = Mode.RUNNING;
            out.add(new Command.Up());
        }
        if (mode == Mode.STOPPING) {
            finish();
        }
    }

    private static boolean holdsUpStarts(Member member) {
        return switch (member.phase) {
            case ABSENT -> false;
            case STARTING, STOPPING -> true;
            case RUNNING -> member.doomed;
            case STUCK -> member.wanted;
        };
    }

    private void stopLast(long now) {
        for (int i = members.size() - 1; i >= 0; i--) {
            Member member = members.get(i);
            if (member.doomed && (member.phase == Phase.STARTING || member.phase == Phase.RUNNING)) {
                member.killed = false;
                giveShare(member, now);
                become(member, Phase.STOPPING);
                if (member.killAt > now) {
                    out.add(new Command.StopChild(member.traits.slot(), reason, member.killAt));
                } else {
                    killInItsTurn(member, now);
                }
                return;
            }
        }
    }

    /**
     * What is left of the time is divided by the children that are left, so that the first to be stopped can't use up
     * what the others need. The last fifth of a share is for the kill to take effect in.
     */
    private void giveShare(Member member, long now) {
        long share = NEVER;
        if (killBy != NEVER) {
            long left = members.stream()
                    .filter(other -> other.isPresent() && other.phase != Phase.STUCK)
                    .count();
            share = Math.max(0, killBy - now) / Math.max(1, left);
        }
        long beforeKill = share == NEVER ? NEVER : share - share / 5;
        member.killAt = plus(now, Math.min(member.traits.grace(), beforeKill));
        member.shareEnds = plus(now, share);
    }

    private void finish() {
        List<Member> left = members.stream().filter(Member::isPresent).toList();
        if (left.isEmpty()) {
            mode = Mode.OVER;
            out.add(new Command.Over(result));
        } else if (!toldStuck && left.stream().allMatch(member -> member.phase == Phase.STUCK)) {
            toldStuck = true;
            out.add(new Command.OnlyStuckLeft(
                    left.stream().map(member -> member.traits.id()).toList(),
                    result.cause().orElse(null)));
        }
    }

    private void answerStart(Member member, @Nullable RuntimeException refusal) {
        Long call = member.startCall;
        if (call != null) {
            member.startCall = null;
            out.add(new Command.Answer(call, refusal));
        }
    }

    private void answerStuck(long call, String id) {
        out.add(new Command.Answer(call, new ChildStuckException(policy.name, List.of(id))));
    }

    private void remove(Member member) {
        members.remove(member);
        out.add(new Command.Forget(member.traits.slot()));
    }

    private @Nullable Member known(long call, String id) {
        Member member = named(id);
        if (mode == Mode.OVER) {
            out.add(new Command.Answer(call, new IllegalStateException(ending())));
            return null;
        }
        if (member == null) {
            out.add(new Command.Answer(
                    call,
                    new IllegalArgumentException("Supervisor " + policy.name + " has no child " + id + ". It has "
                            + children().stream().map(ChildInfo::id).toList() + ".")));
        }
        return member;
    }

    private @Nullable Member named(String id) {
        return find(member -> member.traits.id().equals(id));
    }

    private @Nullable Member at(int slot) {
        return find(member -> member.traits.slot() == slot);
    }

    private @Nullable Member find(Predicate<Member> wanted) {
        for (Member member : members) {
            if (wanted.test(member)) {
                return member;
            }
        }
        return null;
    }

    /** The one place where a child's state changes. */
    private void become(Member member, Phase next) {
        assert next != Phase.STARTING || member.phase == Phase.ABSENT : "two of " + member;
        assert next != Phase.ABSENT || mode != Mode.OVER : "over, yet there was " + member;
        member.phase = next;
    }
}
