package dev.highlander.testkit;

import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A claimant that writes down what it hears, and on which thread, and lets a test wait for it. */
final class Recorder implements Claimant {
    private final Duration patience;
    private final BlockingQueue<Hold> granted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Hold> startable = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private @Nullable RuntimeException tokenBeforeStartable;

    private final List<Hold> holds = new ArrayList<>();
    private @Nullable Claim claim;
    private volatile boolean givesBack;

    private Recorder(Duration patience) {
        this.patience = patience;
    }

    /** Claims {@code key}, and waits for what comes of it for at most {@code patience}. */
    static Recorder claim(Locks locks, Key key, Duration patience) {
        Recorder recorder = new Recorder(patience);
        recorder.claim = locks.claim(key, recorder);
        return recorder;
    }

    void withdraw() {
        if (claim != null) {
            claim.withdraw();
        }
    }

    /** Withdraws, and gives back what was ever granted. */
    void end() {
        withdraw();
        List<Hold> all;
        synchronized (this) {
            all = List.copyOf(holds);
        }
        all.forEach(Hold::release);
    }

    @Override
    public void granted(Hold hold) {
        try {
            long unused = hold.token();
        } catch (RuntimeException e) {
            tokenBeforeStartable = e;
        }
        note("granted");
        synchronized (this) {
            holds.add(hold);
        }
        granted.add(hold);
    }

    @Override
    public void startable(Hold hold) {
        note("startable");
        startable.add(hold);
    }

    @Override
    public void lost(Hold hold, Loss why) {
        note("lost");
        if (givesBack) {
            hold.release();
        }
    }

    /** From now on, gives back what is lost at once, so that the claim goes on. */
    void giveBackWhatIsLost() {
        givesBack = true;
    }

    private synchronized void note(String what) {
        heard.add(what);
        threads.add(Thread.currentThread());
    }

    /** The next hold that is granted and not yet asked for here. */
    Hold awaitGranted() throws InterruptedException {
        return await(granted, "granted");
    }

    /** The next hold that is startable and not yet asked for here. */
    Hold awaitStartable() throws InterruptedException {
        return await(startable, "startable");
    }

    private Hold await(BlockingQueue<Hold> queue, String what) throws InterruptedException {
        Hold hold = queue.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (hold == null) {
            throw new AssertionError("Nothing was " + what + " within " + patience + "; heard so far: " + heard());
        }
        return hold;
    }

    synchronized List<String> heard() {
        return List.copyOf(heard);
    }

    synchronized List<Thread> threads() {
        return List.copyOf(threads);
    }

    @Nullable
    RuntimeException tokenBeforeStartable() {
        return tokenBeforeStartable;
    }
}
