package dev.highlander.supervisor;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A command that runs. */
final class CommandChild implements Child {
    private static final long POLL = 5_000_000L;

    private final String name;
    private final Process process;
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final Set<ProcessHandle> descendants = new LinkedHashSet<>();
    private volatile boolean asked;

    CommandChild(String name, Process process) {
        this.name = name;
        this.process = process;
        var unused = process.onExit().thenAccept(gone -> awaitDescendants());
    }

    private void awaitDescendants() {
        if (allGone(new HashMap<>())) {
            ended.complete(outcome(process.exitValue()));
        } else {
            ChildThreads.named(name + "-descendants")
                    .newThread(this::pollDescendants)
                    .start();
        }
    }

    /** Polls, since the end of a process that is not our own child is told to us by a slower poll only. */
    private void pollDescendants() {
        Map<ProcessHandle, CompletableFuture<ProcessHandle>> exits = new HashMap<>();
        while (!allGone(exits)) {
            LockSupport.parkNanos(POLL);
        }
        ended.complete(outcome(process.exitValue()));
    }

    /**
     * The set can grow meanwhile: a kill looks once more. Where this process is the first of a container, orphans become
     * its own children, which look alive for ever once they have ended: then only their exit tells.
     */
    private boolean allGone(Map<ProcessHandle, CompletableFuture<ProcessHandle>> exits) {
        synchronized (descendants) {
            for (ProcessHandle known : descendants) {
                if (known.isAlive()
                        && !exits.computeIfAbsent(known, ProcessHandle::onExit).isDone()) {
                    return false;
                }
            }
            return true;
        }
    }

    private Exit outcome(int status) {
        Exit exit = asked
                ? Exit.stopped()
                : status == 0 ? Exit.completed() : Exit.failed(new CommandFailedException(name, status));
        return exit.withStatus(status);
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended.minimalCompletionStage(); // so that nobody else can complete it
    }

    @Override
    public void stop(StopReason why, long killBy) {
        signal(ProcessHandle::destroy);
    }

    @Override
    public void kill(StopReason why) {
        signal(ProcessHandle::destroyForcibly);
    }

    /** Parents first, so that a shell does not start its next command when the present one dies. */
    private void signal(Consumer<ProcessHandle> how) {
        asked = true;
        Set<ProcessHandle> all;
        synchronized (descendants) {
            process.descendants().forEach(descendants::add);
            for (ProcessHandle known : Set.copyOf(descendants)) {
                known.descendants().forEach(descendants::add);
            }
            all = new LinkedHashSet<>(descendants);
        }
        how.accept(process.toHandle());
        all.forEach(how);
    }
}
