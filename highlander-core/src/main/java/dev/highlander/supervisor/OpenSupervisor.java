package dev.highlander.supervisor;

import dev.highlander.supervisor.SupervisorMachine.Event;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** A runner as its user sees it. */
final class OpenSupervisor implements Supervisor {
    private final SupervisorRunner runner;

    OpenSupervisor(SupervisorRunner runner) {
        this.runner = runner;
    }

    @Override
    public List<ChildInfo> whichChildren() {
        return runner.children();
    }

    @Override
    public ChildCounts countChildren() {
        return ChildCounts.of(runner.children());
    }

    @Override
    public void add(ChildSpec child) throws InterruptedException {
        await(runner.add(child));
    }

    @Override
    public void terminate(String id) throws InterruptedException {
        await(runner.call(call -> new Event.Terminate(call, id)));
    }

    @Override
    public void restart(String id) throws InterruptedException {
        await(runner.restart(id));
    }

    @Override
    public void delete(String id) throws InterruptedException {
        await(runner.call(call -> new Event.Delete(call, id)));
    }

    @Override
    public CompletionStage<Exit> ended() {
        return runner.ended();
    }

    @Override
    public void close() {
        runner.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        if (!runner.mustNotWait(Thread.currentThread())) {
            runner.awaitOver();
        }
    }

    /** An answer is thrown with the caller's stack, since that is where the mistake is. */
    private static void await(CompletableFuture<Void> answer) throws InterruptedException {
        try {
            answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException refusal) {
                refusal.fillInStackTrace();
                throw refusal;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
