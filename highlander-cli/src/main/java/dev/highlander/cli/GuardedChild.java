package dev.highlander.cli;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.CommandFailedException;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A command that runs, with all it has started. It has ended when nothing of that is left. */
final class GuardedChild implements Child {
    /** The guard is dead, or has struck. */
    @FunctionalInterface
    interface Alarm {
        void raise(String what, boolean stopping);
    }

    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long POLL = 10_000_000L;

    private final String name;
    private final Process process;
    private final String cookie;
    private final Guard guard;
    private final Deadline deadline;
    private final long grace;
    private final Set<ProcessHandle> known = new LinkedHashSet<>();
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> stopping = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile boolean killed;

    GuardedChild(
            String name, Process process, String cookie, Guard guard, Deadline deadline, Duration grace, Alarm alarm) {
        this.name = name;
        this.process = process;
        this.cookie = cookie;
        this.guard = guard;
        this.deadline = deadline;
        this.grace = grace.toNanos();
        thread("deadline", this::tellDeadlines);
        var unused = guard.failed().thenAccept(what -> thread("alarm", () -> alarm.raise(what, stopping.isDone())));
        var unusedToo = process.onExit().thenRun(() -> thread("rest", this::awaitRest));
    }

    private void thread(String what, Runnable work) {
        Thread thread = new Thread(work, name + "-" + what);
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
        Set<ProcessHandle> rest = rest();
        if (!rest.isEmpty() && !asked) {
            LOG.log(Level.INFO, "{0} has ended and left processes behind: {1}", name, pids(rest));
            rest.forEach(ProcessHandle::destroy);
        }
        long killAt = System.nanoTime() + grace;
        while (!rest.isEmpty()) {
            if (killed || (!asked && System.nanoTime() - killAt >= 0)) {
                rest.forEach(ProcessHandle::destroyForcibly);
            }
            LockSupport.parkNanos(POLL);
            rest = rest();
        }
        gone.complete(null);
        guard.done();
        int status = process.exitValue();
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
                : status == 0 ? Exit.completed() : Exit.failed(new CommandFailedException(name, status));
        return exit.withStatus(status);
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended;
    }

    @Override
    public void stop(StopReason why, long killBy) {
        stopping.complete(null);
        signal(ProcessHandle::destroy);
    }

    @Override
    public void kill(StopReason why) {
        killed = true;
        stopping.complete(null);
        signal(ProcessHandle::destroyForcibly);
    }

    /** Parents first, so that a shell does not start its next command when the present one dies. */
    private void signal(Consumer<ProcessHandle> how) {
        Set<ProcessHandle> rest = rest();
        how.accept(process.toHandle());
        rest.stream().filter(one -> !one.equals(process.toHandle())).forEach(how);
    }

    /**
     * What lives of the command's tree, but for itself; where that can't be found out, what lived when it could, and the
     * command itself: not nothing. Those without the cookie are found as long as they descend from a known process.
     */
    private Set<ProcessHandle> rest() {
        synchronized (known) {
            try {
                process.descendants().forEach(known::add);
                for (ProcessHandle one : Set.copyOf(known)) {
                    one.descendants().forEach(known::add);
                }
                known.addAll(Carriers.of(cookie));
                if (known.isEmpty()) {
                    known.addAll(Carriers.of(cookie));
                }
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.WARNING, "The processes of " + name + " can't be listed; trying again.", e);
                Set<ProcessHandle> all = new LinkedHashSet<>(known);
                all.add(process.toHandle());
                return all;
            }
            known.removeIf(one -> one.pid() == process.pid() || !Carriers.lives(one));
            return new LinkedHashSet<>(known);
        }
    }
}
