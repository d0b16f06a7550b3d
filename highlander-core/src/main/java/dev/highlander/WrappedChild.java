package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A runner as the supervisor above it sees it. */
final class WrappedChild implements Child {
    private final SingletonRunner runner;

    WrappedChild(SingletonRunner runner) {
        this.runner = runner;
    }

    @Override
    public CompletionStage<Exit> ended() {
        return runner.closed();
    }

    @Override
    public CompletionStage<?> stuck() {
        return runner.stuckAtClose();
    }

    @Override
    public void stop(StopReason why, long killBy) {
        runner.close(why, killBy);
    }

    @Override
    public void kill(StopReason why) {
        runner.close(why, 0);
    }

    @Override
    public List<ChildInfo> children() {
        return runner.children();
    }

    @Override
    public boolean owns(Thread thread) {
        return runner.mustNotWait(thread);
    }

    @Override
    public boolean isPrompt() {
        return true;
    }
}
