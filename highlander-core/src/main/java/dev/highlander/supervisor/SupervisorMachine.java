package dev.highlander.supervisor;

import static dev.highlander.time.Time.plus;

import dev.highlander.supervisor.Member.Phase;
import dev.highlander.supervisor.Member.Traits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleSupplier;
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
class SupervisorMachine {
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

        /** To be told to people: the child was asked to end, and did so with an error. */
        record StoppedWith(String id, Throwable cause) implements Command {}

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

    /**
     * How children are supervised.
     *
     * @param window in nanoseconds
     * @param backoff the waits before restarts; null for none
     * @param random numbers in [0, 1), for the jitter of the waits
     */
    record Policy(
            String name,
            Strategy strategy,
            int maxRestarts,
            long window,
            AutomaticShutdown automaticShutdown,
            @Nullable Backoff backoff,
            DoubleSupplier random) {}

    private enum Mode {
        STARTING,
        RUNNING,
        STOPPING,
        OVER
    }

    private static final long NEVER = Long.MAX_VALUE;

    final Policy policy;
    final Members members;
    private final Refusals refusals;
    private final RestartWindow restarts;
    private final List<Command> out = new ArrayList<>();

    private long latest;
    private Mode mode = Mode.STARTING;

    // Of the stop of the whole.
    private Exit result = Exit.stopped();
    private StopReason reason = StopReason.SHUTDOWN;
    private long killBy = NEVER;
    private boolean toldStuck;

    SupervisorMachine(Policy policy, Collection<Traits> children) {
        this.policy = policy;
        this.members = new Members(children);
        this.refusals = new Refusals(policy.name);
        this.restarts = new RestartWindow(policy.maxRestarts, policy.window);
    }

    List<Command> on(Event event, long now) {
        out.clear();
        latest = now;
        if (event instanceof Event.Start) {
            for (Member member : members) {
                member.wanted = true;
                member.initial = true;
            }
        } else if (event instanceof Event.Started started) {
            started(started.slot, now);
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
            restart(restart, now);
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
            } else if (member.waits(latest)) {
                earliest = Math.min(earliest, member.notBefore);
            }
        }
        return earliest;
    }

    /** In the order of starting. */
    List<ChildInfo> children() {
        return members.all(member -> !member.onTrial || member.phase == Phase.STUCK).stream()
                .map(Member::info)
                .toList();
    }

    private void started(int slot, long now) {
        Member member = members.at(slot);
        if (member != null && member.phase == Phase.STARTING) {
            become(member, Phase.RUNNING);
            cameUp(member, now);
        }
    }

    private void cameUp(Member member, long now) {
        member.upSince = now;
        member.restarting = false;
        member.initial = false;
        member.onTrial = false;
        answerStart(member, null);
    }

    private void ended(Event.Ended event, long now) {
        Member member = members.at(event.slot);
        if (member == null || !member.isPresent()) {
            return;
        }
        Phase before = member.phase;
        become(member, Phase.ABSENT);
        if (member.doomed) {
            event.exit
                    .cause()
                    .filter(cause -> !(cause instanceof InterruptedException))
                    .ifPresent(cause -> out.add(new Command.StoppedWith(member.traits.id(), cause)));
            endedAsAsked(member);
        } else if (before == Phase.STARTING && event.exit.isFailure()) {
            startFailed(member, event.exit, now);
        } else if (member.broken != null) {
            endedByItself(member, Exit.failed(member.broken), now);
        } else {
            if (before == Phase.STARTING) {
                cameUp(member, now);
            }
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
        RuntimeException failure = refusals.notStarted(member, cause);
        if (member.initial) {
            shutDown(Exit.notStarted(failure));
        } else if (member.startCall != null && !member.restarting) {
            answerStart(member, failure);
            if (member.onTrial) {
                remove(member);
            }
        } else {
            answerStart(member, failure);
            out.add(new Command.Failed(member.traits.id(), exit));
            restartFrom(member, exit, now);
        }
    }

    private void endedByItself(Member member, Exit exit, long now) {
        if (exit.isFailure()) {
            out.add(new Command.Failed(member.traits.id(), exit));
        }
        if (isRestarted(member, exit)) {
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

    boolean isRestarted(Member member, Exit exit) {
        return member.traits.restart().after(exit);
    }

    boolean isTimeToShutDown() {
        return switch (policy.automaticShutdown) {
            case NEVER -> false;
            case ANY -> true;
            case ALL -> !members.any(other -> other.traits.significant() && (other.isPresent() || other.wanted));
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
        long notBefore = notBefore(cause, now);
        cause.wanted = true;
        cause.restarting = true;
        cause.notBefore = notBefore;
        for (Member other : restartedWith(cause)) {
            restartWith(other, notBefore);
        }
    }

    /** Those that are stopped, and started again after it. */
    List<Member> restartedWith(Member cause) {
        return switch (policy.strategy) {
            case ONE_FOR_ONE -> List.of();
            case ONE_FOR_ALL -> members.others(cause);
            case REST_FOR_ONE -> members.after(cause);
        };
    }

    /** Not before those that it needs, which may have to wait as well. */
    private long notBefore(Member cause, long now) {
        long wait = backoff(cause, now);
        long notBefore = wait == 0 ? now : plus(now, wait);
        List<Member> needed = switch (policy.strategy) {
            case ONE_FOR_ONE -> List.of();
            case ONE_FOR_ALL -> members.others(cause);
            case REST_FOR_ONE -> members.before(cause);
        };
        for (Member other : needed) {
            notBefore = other.waits(now) ? Math.max(notBefore, other.notBefore) : notBefore;
        }
        return notBefore;
    }

    /** How often it has ended in a row is forgotten once it has run for the longest wait. */
    long backoff(Member cause, long now) {
        Backoff backoff = policy.backoff;
        if (backoff == null) {
            return 0;
        }
        if (!cause.restarting && now - cause.upSince >= backoff.max().toNanos()) {
            cause.inARow = 0;
        }
        return backoff.nanos(cause.inARow++, policy.random.getAsDouble());
    }

    /** A temporary child is stopped with the others, and not started again; nor is one that a call has terminated. */
    void restartWith(Member other, long notBefore) {
        boolean stays = other.stopCalls.isEmpty() && (!other.isTemporary() || other.startCall != null || other.initial);
        if (other.isPresent()) {
            other.doomed = true;
        }
        other.wanted = stays;
        other.restarting = stays && !other.onTrial;
        other.notBefore = other.waits(latest) ? Math.max(other.notBefore, notBefore) : notBefore;
    }

    boolean isOneTooMany(long now) {
        return restarts.isOneTooMany(now);
    }

    private void shutDown(Exit exit) {
        if (mode == Mode.STOPPING || mode == Mode.OVER) {
            return;
        }
        mode = Mode.STOPPING;
        result = exit;
        for (Member member : members) {
            member.wanted = false;
            member.doomed = member.isPresent();
            answerStart(member, refusals.ending());
        }
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
        List<Member> left = new ArrayList<>(members.all(Member::isPresent));
        Collections.reverse(left);
        for (Member member : left) {
            if (member.phase != Phase.STUCK) {
                become(member, Phase.STOPPING);
            }
            kill(member, plus(now, KILL_WAIT));
        }
    }

    private void add(Event.Add add) {
        Member same = members.named(add.traits.id());
        RuntimeException refusal = isEnding() ? refusals.ending() : same == null ? null : refusals.present(same);
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

    private boolean isEnding() {
        return mode == Mode.STOPPING || mode == Mode.OVER;
    }

    private void terminate(Event.Terminate terminate) {
        Member member = known(terminate.call, terminate.id);
        if (member == null) {
            return;
        }
        member.wanted = false;
        member.initial = false;
        member.restarting = false;
        member.notBefore = 0;
        answerStart(member, refusals.calledOff(member));
        if (member.phase == Phase.STUCK) {
            out.add(new Command.Answer(terminate.call, refusals.stuck(member, member.broken)));
        } else if (member.isPresent()) {
            member.doomed = true;
            member.stopCalls.add(terminate.call);
        } else {
            member.stopCalls.add(terminate.call);
            endedAsAsked(member);
        }
    }

    /** One that waits for its turn after a failure is started now; under the other strategies, with those it waits with. */
    private void restart(Event.Restart restart, long now) {
        Member member = known(restart.call, restart.id);
        if (member == null) {
            return;
        }
        if (mode != Mode.RUNNING) {
            out.add(new Command.Answer(restart.call, refusals.ending()));
        } else if (member.waits(now) && member.startCall == null) {
            member.startCall = restart.call;
            for (Member other : members) {
                if (other == member || (policy.strategy != Strategy.ONE_FOR_ONE && other.waits(now))) {
                    other.notBefore = now;
                }
            }
        } else if (isBusy(member)) {
            out.add(new Command.Answer(restart.call, refusals.running(member, "restarted")));
        } else {
            member.wanted = true;
            member.notBefore = now;
            member.startCall = restart.call;
        }
    }

    private void delete(Event.Delete delete) {
        Member member = known(delete.call, delete.id);
        if (member == null) {
            return;
        }
        if (isBusy(member)) {
            out.add(new Command.Answer(delete.call, refusals.running(member, "deleted")));
        } else {
            remove(member);
            out.add(new Command.Answer(delete.call, null));
        }
    }

    private static boolean isBusy(Member member) {
        return member.isPresent() || member.wanted;
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
        Member member = members.at(event.slot);
        if (member == null || !member.isPresent() || member.phase == Phase.STUCK) {
            return;
        }
        out.add(new Command.Broken(member.traits.id(), event.why));
        out.add(new Command.KillChild(event.slot, reason));
        stuck(member);
        member.killed = true;
        member.broken = event.why;
        if (member.initial) {
            member.initial = false;
            shutDown(Exit.notStarted(refusals.notStarted(member, event.why)));
        } else if (member.startCall != null) {
            member.doomed = true;
            answerStart(member, refusals.stuck(member, event.why));
        }
    }

    /** One that could not be asked is killed: else it might never know that it is to end. */
    private void notAsked(Event.NotAsked event, long now) {
        Member member = members.at(event.slot);
        if (member != null && member.phase == Phase.STOPPING) {
            out.add(new Command.NotAsked(member.traits.id(), event.why));
            killInItsTurn(member, now);
        }
    }

    private void foundStuck(int slot) {
        Member member = members.at(slot);
        if (member != null && member.isPresent()) {
            member.foundStuck = true; // it is told once only, maybe long before the stop: by a tree that has given up
            if (member.phase == Phase.STOPPING) {
                stuck(member);
            }
        }
    }

    private void stuck(Member member) {
        become(member, Phase.STUCK);
        out.add(new Command.Stuck(member.traits.id()));
        member.stopCalls.forEach(call -> out.add(new Command.Answer(call, refusals.stuck(member, null))));
        member.stopCalls.clear();
    }

    /** Stops the last child that is doomed; with none left, starts the first that is wanted; with none left, is done. */
    private void advance(long now) {
        while (!members.any(member -> member.phase == Phase.STOPPING)) {
            Member doomed = nextToStop();
            if (doomed == null) {
                break;
            }
            stop(doomed, now);
        }
        if (members.any(this::holdsUpStarts)) {
            return;
        }
        Member next = nextToStart(now);
        if (next != null) {
            next.wanted = false;
            next.broken = null;
            next.foundStuck = false;
            become(next, Phase.STARTING);
            out.add(new Command.StartChild(next.traits.slot()));
        } else if (mode == Mode.STARTING && !members.any(member -> member.initial)) {
            mode = Mode.RUNNING;
            out.add(new Command.Up());
        }
        if (mode == Mode.STOPPING) {
            finish();
        }
    }

    @Nullable
    Member nextToStop() {
        return members.last(
                member -> member.doomed && (member.phase == Phase.STARTING || member.phase == Phase.RUNNING));
    }

    @Nullable
    Member nextToStart(long now) {
        return members.first(member -> member.wanted && !member.isPresent() && !member.waits(now));
    }

    boolean holdsUpStarts(Member member) {
        return switch (member.phase) {
            case ABSENT -> false;
            case STARTING, STOPPING -> true;
            case RUNNING -> member.doomed;
            case STUCK -> member.wanted;
        };
    }

    private void stop(Member member, long now) {
        member.killed = false;
        giveShare(member, now);
        become(member, Phase.STOPPING);
        if (member.killAt > now) {
            out.add(new Command.StopChild(member.traits.slot(), reason, member.killAt));
        } else {
            killInItsTurn(member, now);
        }
        if (member.foundStuck) {
            stuck(member);
        }
    }

    /**
     * What is left of the time is divided by the children that are left, so that the first to be stopped can't use up
     * what the others need. The last fifth of a share is for the kill to take effect in.
     */
    private void giveShare(Member member, long now) {
        long share = killBy == NEVER ? NEVER : share(Math.max(0, killBy - now));
        long beforeKill = share == NEVER ? NEVER : share - share / 5;
        member.killAt = plus(now, Math.min(member.traits.grace(), beforeKill));
        member.shareEnds = plus(now, share);
    }

    long share(long left) {
        return left
                / Math.max(
                        1,
                        members.all(other -> other.isPresent() && other.phase != Phase.STUCK)
                                .size());
    }

    private void finish() {
        List<Member> left = members.all(Member::isPresent);
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

    private void remove(Member member) {
        members.remove(member);
        out.add(new Command.Forget(member.traits.slot()));
    }

    private @Nullable Member known(long call, String id) {
        if (mode == Mode.OVER) {
            out.add(new Command.Answer(call, refusals.ending()));
            return null;
        }
        Member member = members.named(id);
        if (member == null) {
            List<String> known = children().stream().map(ChildInfo::id).toList();
            out.add(new Command.Answer(call, refusals.unknown(id, known)));
        }
        return member;
    }

    /** The one place where a child's state changes. */
    private void become(Member member, Phase next) {
        assert next != Phase.STARTING || member.phase == Phase.ABSENT : "two of " + member;
        assert next != Phase.ABSENT || mode != Mode.OVER : "over, yet there was " + member;
        member.phase = next;
    }
}
