package dev.highlander.supervisor;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** A supervisor that runs, as the child of another. */
final class TreeChild implements Child {
    private final SupervisorRunner runner;

    TreeChild(SupervisorRunner runner) {
        this.runner = runner;
    }

    @Override
    public CompletionStage<Exit> ended() {
        return runner.over().minimalCompletionStage();
    }

    @Override
    public CompletionStage<?> started() {
        return runner.up().minimalCompletionStage();
    }

    @Override
    public CompletionStage<?> stuck() {
        return runner.stuck().minimalCompletionStage();
    }

    @Override
    public void stop(StopReason why, long killBy) {
        runner.stop(why, killBy);
    }

    @Override
    public void kill(StopReason why) {
        runner.kill(why);
    }

    @Override
    public List<ChildInfo> children() {
        return runner.children();
    }

    @Override
    public boolean isPrompt() {
        return true;
    }

    boolean isStartedBy(Thread thread) {
        return !runner.up().isDone() && runner.isStartedBy(thread);
    }

    @Override
    public boolean owns(Thread thread) {
        return runner.mustNotWait(thread);
    }
}
