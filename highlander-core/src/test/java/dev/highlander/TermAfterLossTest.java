package dev.highlander;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.ScriptedLocks.ScriptedHold;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A term is over when its key is known to be lost, however much of the lease is left; in an orderly stop it is not. */
class TermAfterLossTest {
    private final ScriptedLocks locks = new ScriptedLocks(Time.system());
    private final CompletableFuture<Term> running = new CompletableFuture<>();
    private final CompletableFuture<Boolean> heldWhenStopped = new CompletableFuture<>();
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /** It says when it is interrupted, and takes its time then. */
    private ChildSpec child(Highlander highlander) {
        return highlander.task("child", term -> {
            running.complete(term);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                heldWhenStopped.complete(term.isHeld());
                mayEnd.await();
            }
        });
    }

    @Test
    void B10_itIsNotHeldInTheStopThatALossForces() throws Exception {
        Highlander highlander = Highlander.with(locks);
        try (Singleton singleton = highlander.start(child(highlander))) {
            Claimant claimant = locks.nextClaim();
            ScriptedHold hold = locks.grantTo(claimant);
            Term term = running.get(20, SECONDS);
            assertThat(term.isHeld()).isTrue();
            claimant.lost(hold, Loss.REVOKED);
            assertThat(heldWhenStopped.get(20, SECONDS)).isFalse();
            assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
            assertThat(term.remaining()).isEqualTo(Duration.ZERO);
            mayEnd.countDown();
            assertThat(hold.awaitReleased()).isTrue();
            assertThat(singleton.state()).isNotEqualTo(State.CLOSED);
        }
    }

    @Test
    void B10_inAnOrderlyStopItIsHeldUntilTheChildIsDownOrTheKeyIsLost() throws Exception {
        Highlander highlander = Highlander.with(locks);
        Singleton singleton = highlander.start(child(highlander));
        Claimant claimant = locks.nextClaim();
        ScriptedHold hold = locks.grantTo(claimant);
        Term term = running.get(20, SECONDS);
        singleton.stepDown(Duration.ofHours(1));
        assertThat(heldWhenStopped.get(20, SECONDS)).isTrue();
        assertThat(term.isHeld()).isTrue();
        claimant.lost(hold, Loss.DISCONNECTED);
        long end = Time.system().nanos() + SECONDS.toNanos(20);
        while (term.isHeld()) {
            assertThat(Time.system().nanos()).isLessThan(end);
            Thread.onSpinWait();
        }
        assertThat(singleton.state()).isEqualTo(State.STOPPING);
        mayEnd.countDown();
        singleton.close();
    }

    @Test
    void C8_aStartOnAClosedLockServiceIsRefusedAtOnce() {
        locks.condition = Condition.closed();
        assertThatThrownBy(() -> Highlander.with(locks).start(ChildSpec.task("child", () -> {})))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
