package dev.highlander.cli;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A command that counts as started when it is ready. If it is not in time, it is stopped as it would be otherwise, and has
 * failed.
 */
final class ReadyChild implements Child {
    private final Child command;
    private final String name;
    private final Duration limit;
    private final Duration grace;
    /** True when it is ready, false when it will not be any more. */
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletionStage<Exit> ended;
    private volatile boolean late;

    /**
     * One that runs.
     *
     * @param limit how long it may take until it is ready; zero for ever
     * @param grace how long it then may take to stop
     */
    ReadyChild(Child command, String name, Readiness readiness, Duration limit, Duration grace) {
        this.command = command;
        this.name = name;
        this.limit = limit;
        this.grace = grace;
        this.ended = command.ended().thenApply(this::outcome);
        var unused = ready.thenAccept(is -> {
            if (is) {
                started.complete(null);
            }
        });
        readiness.await(name, ready);
        if (!limit.isZero()) {
            after(limit).execute(this::giveUp);
        }
    }

    private static Executor after(Duration time) {
        return CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private Exit outcome(Exit exit) {
        ready.complete(false);
        return late ? Exit.failed(new NotReadyException(message())).withStatus(ExitStatus.NOT_READY) : exit;
    }

    private String message() {
        return name + " was not ready within " + Durations.words(limit) + ", so it was stopped";
    }

    private void giveUp() {
        if (ready.complete(false)) {
            late = true;
            command.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
            after(grace).execute(() -> {
                if (!command.ended().toCompletableFuture().isDone()) {
                    command.kill(StopReason.SHUTDOWN);
                }
            });
        }
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended;
    }

    @Override
    public CompletionStage<?> started() {
        return started;
    }

    @Override
    public CompletionStage<?> stuck() {
        return command.stuck();
    }

    @Override
    public void stop(StopReason why, long killBy) {
        ready.complete(false);
        command.stop(why, killBy);
    }

    @Override
    public void kill(StopReason why) {
        ready.complete(false);
        command.kill(why);
    }

    @Override
    public List<ChildInfo> children() {
        return command.children();
    }

    @Override
    public boolean owns(Thread thread) {
        return command.owns(thread);
    }

    @Override
    public boolean isPrompt() {
        return command.isPrompt();
    }
}
