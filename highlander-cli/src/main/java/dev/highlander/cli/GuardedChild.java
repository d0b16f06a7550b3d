package dev.highlander.cli;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.CommandFailedException;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A command that runs, with all it has started. It has ended when nothing of that is left. */
final class GuardedChild implements Child, Forwarder.Target {
    /** The guard is dead, or has struck. */
    @FunctionalInterface
    interface Alarm {
        void raise(String what, boolean stopping);
    }

    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long POLL = 10_000_000L;

    private final ProcessTree tree;
    private final Guard guard;
    private final Deadline deadline;
    private final long grace;
    private final OnLoss onLoss;
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> stopping = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile StopSignal stopSignal = StopSignal.TERM;
    private volatile boolean killed;

    GuardedChild(ProcessTree tree, Guard guard, Deadline deadline, Duration grace, OnLoss onLoss, Alarm alarm) {
        this.tree = tree;
        this.guard = guard;
        this.deadline = deadline;
        this.grace = grace.toNanos();
        this.onLoss = onLoss;
        thread("deadline", this::tellDeadlines);
        var unused = guard.failed().thenAccept(what -> thread("alarm", () -> alarm.raise(what, stopping.isDone())));
        var unusedToo = tree.process().onExit().thenRun(() -> thread("rest", this::awaitRest));
    }

    private void thread(String what, Runnable work) {
        Thread thread = new Thread(work, tree.name() + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private void tellDeadlines() {
        while (!gone.isDone()) {
            Duration next;
            try {
                next = deadline.tell();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "The uptime can't be read; trying again.", e);
                next = Deadline.SHORTEST;
            }
            LockSupport.parkNanos(next.toNanos());
        }
    }

    /** What a command that ended by itself has left behind is asked to end as the command would have been, then killed. */
    private void awaitRest() {
        guard.order("ended");
        boolean asked = stopping.isDone();
        if (!tree.isGone() && !asked) {
            LOG.log(Level.INFO, "{0} has ended and left processes behind: {1}", tree.name(), pids(tree.rest()));
            tree.ask(ProcessHandle::destroy);
        }
        long killAt = System.nanoTime() + grace;
        while (!tree.isGone()) {
            if (killed || (!asked && System.nanoTime() - killAt >= 0)) {
                tree.kill();
            }
            LockSupport.parkNanos(POLL);
        }
        gone.complete(null);
        guard.done();
        tree.close();
        int status = tree.process().exitValue();
        if (guardHasStruck()) {
            // Not the command's own end, but that of a term: the stop for it comes, if it has not come yet.
            var unused = stopping.thenRun(() -> ended.complete(Exit.stopped().withStatus(status)));
        } else {
            ended.complete(outcome(status));
        }
    }

    private boolean guardHasStruck() {
        return Guard.EXPIRED.equals(guard.failed().toCompletableFuture().getNow(""));
    }

    private static String pids(Set<ProcessHandle> processes) {
        return String.join(
                " ", processes.stream().map(one -> Long.toString(one.pid())).toList());
    }

    private Exit outcome(int status) {
        Exit exit = stopping.isDone()
                ? Exit.stopped()
                : status == 0 ? Exit.completed() : Exit.failed(new CommandFailedException(tree.name(), status));
        return exit.withStatus(status);
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended;
    }

    @Override
    public void stopSignal(StopSignal signal) {
        stopSignal = signal;
    }

    @Override
    public void stop(StopReason why, long killBy) {
        if (onLoss.killsAtOnce(why)) {
            kill(why);
            return;
        }
        stopping.complete(null);
        StopSignal signal = stopSignal;
        if (signal == StopSignal.TERM) {
            tree.ask(ProcessHandle::destroy);
            return;
        }
        if (signal == StopSignal.INT) {
            Signals.send("INT", tree::ask);
        }
        // Not everything ends by it: a shell's background jobs ignore it.
        thread("term", () -> {
            LockSupport.parkNanos(Math.min(grace / 2, TimeUnit.SECONDS.toNanos(2)));
            if (!gone.isDone()) {
                tree.ask(ProcessHandle::destroy);
            }
        });
    }

    @Override
    public void kill(StopReason why) {
        killed = true;
        stopping.complete(null);
        tree.kill();
    }

    /** To the program of the command alone, which knows what it means. */
    @Override
    public void forward(String signal) {
        Signals.send(signal, how -> tree.command().ifPresent(how));
    }

    @Override
    public void kill() {
        kill(StopReason.SHUTDOWN);
    }

    boolean isGone() {
        return gone.isDone();
    }
}
