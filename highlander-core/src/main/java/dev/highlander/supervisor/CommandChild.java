package dev.highlander.supervisor;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A command that runs. */
final class CommandChild implements Child {
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

    /** The set can grow while we wait: a kill looks once more. */
    private void awaitDescendants() {
        CompletableFuture<?>[] alive;
        synchronized (descendants) {
            alive = descendants.stream()
                    .filter(ProcessHandle::isAlive)
                    .map(ProcessHandle::onExit)
                    .toArray(CompletableFuture<?>[]::new);
        }
        if (alive.length == 0) {
            ended.complete(outcome(process.exitValue()));
        } else {
            var unused = CompletableFuture.allOf(alive).thenRun(this::awaitDescendants);
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
        return ended;
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
