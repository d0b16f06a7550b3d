package dev.highlander.supervisor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;

/** A task that runs. */
final class TaskChild implements Child {
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean asked;

    private TaskChild(Task task, ThreadFactory threads) {
        thread = ChildThreads.make(threads, () -> ended.complete(outcome(task)));
    }

    static Child start(Task task, ThreadFactory threads) {
        TaskChild child = new TaskChild(task, threads);
        child.thread.start();
        return child;
    }

    private Exit outcome(Task task) {
        try {
            task.run();
            return asked ? Exit.stopped() : Exit.completed();
        } catch (Throwable t) {
            if (!asked) {
                return Exit.failed(t);
            }
            return t instanceof InterruptedException
                    ? Exit.stopped()
                    : Exit.stopped().because(t);
        }
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended.minimalCompletionStage(); // so that nobody else can complete it
    }

    @Override
    public void stop(StopReason why, long killBy) {
        kill(why);
    }

    /** A thread can't be killed: it is interrupted once more, for those who swallowed the first one. */
    @Override
    public void kill(StopReason why) {
        asked = true;
        thread.interrupt();
    }

    @Override
    public boolean owns(Thread other) {
        return other == thread;
    }

    @Override
    public boolean isPrompt() {
        return true;
    }
}
