package dev.highlander;

import dev.highlander.lock.Key;
import dev.highlander.lock.StuckChildException;
import dev.highlander.lock.Subscription;
import dev.highlander.supervisor.ChildCounts;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A runner as its user sees it. */
final class OpenSingleton implements Singleton {
    private final SingletonRunner runner;

    OpenSingleton(SingletonRunner runner) {
        this.runner = runner;
    }

    @Override
    public Key key() {
        return runner.key();
    }

    @Override
    public State state() {
        return runner.state();
    }

    @Override
    public Optional<Term> term() {
        return runner.term();
    }

    @Override
    public List<ChildInfo> whichChildren() {
        return runner.children();
    }

    @Override
    public ChildCounts countChildren() {
        return ChildCounts.of(whichChildren());
    }

    @Override
    public Optional<Duration> settling() {
        return runner.settling();
    }

    @Override
    public Optional<Duration> standingAside() {
        return runner.standingAside();
    }

    @Override
    public boolean awaitRunning(Duration max) throws InterruptedException {
        return runner.await(state -> state == State.RUNNING || state == State.CLOSED, max.toNanos())
                && runner.state() == State.RUNNING;
    }

    @Override
    public CompletionStage<Exit> closed() {
        return runner.closed().minimalCompletionStage();
    }

    @Override
    public void stepDown(Duration standAside) {
        if (standAside.isNegative() || standAside.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "A time of " + standAside + " to stand aside is out of range. Use zero to a day.");
        }
        runner.stepDown(standAside.toNanos());
    }

    @Override
    public Subscription listen(SingletonListener listener) {
        return runner.journal().listen(listener);
    }

    @Override
    public void close() {
        runner.close(StopReason.SHUTDOWN, Long.MAX_VALUE);
        if (runner.mustNotWait(Thread.currentThread())) {
            return;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    runner.await(state -> state == State.CLOSED || state == State.STUCK, Long.MAX_VALUE);
                    break;
                } catch (InterruptedException e) {
                    interrupted = true; // a child must not be left behind because its closer is in a hurry
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (runner.state() == State.STUCK) {
            throw new StuckChildException("The child " + runner.spec().id() + " of singleton " + key()
                    + " has ignored its kill and still runs, and its key is not released while it does. Make it end when"
                    + " interrupted, or close what it is stuck in from a Term.onStop hook.");
        }
    }
}
