package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A claim that keeps what it is told. */
final class Claims implements Claimant {
    private final Locks locks;
    private final BlockingQueue<Hold> granted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Hold> startable = new LinkedBlockingQueue<>();
    private final BlockingQueue<Hold> lost = new LinkedBlockingQueue<>();
    private final Claim claim;
    private final Queue<Hold> held = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    Claims(Locks locks, Key key) {
        this.locks = locks;
        this.claim = locks.claim(key, this);
    }

    @Override
    public void granted(Hold hold) {
        held.add(hold);
        granted.add(hold);
        if (over) {
            hold.release();
        }
    }

    @Override
    public void startable(Hold hold) {
        startable.add(hold);
    }

    @Override
    public void lost(Hold hold, Loss why) {
        lost.add(hold);
    }

    private static Hold await(BlockingQueue<Hold> queue, String what) throws InterruptedException {
        Hold hold = queue.poll(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(hold).as("the claim was %s", what).isNotNull();
        return hold;
    }

    Hold awaitGrant() throws InterruptedException {
        return await(granted, "granted");
    }

    Hold awaitStartable() throws InterruptedException {
        return await(startable, "startable");
    }

    Hold awaitLoss() throws InterruptedException {
        return await(lost, "lost");
    }

    /** How long it is still to wait, once it is granted. */
    Duration awaitSettle() throws InterruptedException {
        return Duration.ofNanos(awaitGrant().startNotBefore() - locks.time().nanos());
    }

    /** Wants it no more, and gives back whatever it has. */
    void end() {
        over = true;
        claim.withdraw();
        held.forEach(Hold::release);
    }
}
