package dev.highlander;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.ScriptedLocks.ScriptedHold;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The thread that starts a child may come late: its process was frozen right after the start was decided. The simulation
 * found that it started the child all the same, under a lease that was long over, with another node's child running.
 */
class LateStartTest {
    private final BlockingQueue<Runnable> starts = new LinkedBlockingQueue<>();
    private final AtomicInteger started = new AtomicInteger();
    private final ScriptedLocks locks = new ScriptedLocks(new FrozenForks());

    private final AtomicInteger withdrawn = new AtomicInteger();
    private final JvmHalt halts = new JvmHalt() {
        @Override
        public void prepare(String why) {}

        @Override
        public void now() {
            // as after any freeze that outlasts the lease; here it would end the tests
        }
    };

    private Singleton open() {
        locks.whenWithdrawn = withdrawn::incrementAndGet;
        return Highlander.with(locks).halt(halts).start(ChildSpec.of("child", () -> {
            started.incrementAndGet();
            throw new AssertionError("started");
        }));
    }

    @Test
    void aChildIsNotStartedOnceItsLeaseIsOver() throws Exception {
        Singleton singleton = open();
        ScriptedHold hold = locks.grantTo(locks.nextClaim());
        Runnable start = starts.poll(20, SECONDS);
        hold.deadBy = 0;
        start.run();

        assertThat(hold.awaitReleased()).isTrue();
        await(singleton, State.STANDBY);
        assertThat(withdrawn).as("still in the queue: this is no failure").hasValue(0);
        assertThat(started).hasValue(0);
        singleton.close();
    }

    @Test
    void aChildIsNotStartedOnceItIsToBeStopped() throws Exception {
        Singleton singleton = open();
        Claimant claimant = locks.nextClaim();
        ScriptedHold hold = locks.grantTo(claimant);
        Runnable start = starts.poll(20, SECONDS);
        claimant.lost(hold, Loss.DISCONNECTED);
        await(singleton, State.STOPPING);
        start.run();

        assertThat(hold.awaitReleased()).isTrue();
        await(singleton, State.STANDBY);
        assertThat(withdrawn).hasValue(0);
        assertThat(started).hasValue(0);
        singleton.close();
    }

    private static void await(Singleton singleton, State state) throws InterruptedException {
        BlockingQueue<State> seen = new LinkedBlockingQueue<>();
        var unused = singleton.listen(transition -> seen.add(transition.to()));
        while (singleton.state() != state) {
            assertThat(seen.poll(20, SECONDS)).isNotNull();
        }
    }

    /** The system's, but what is forked is left to the test. */
    private final class FrozenForks implements Time {
        private final Time real = Time.system();

        @Override
        public long nanos() {
            return real.nanos();
        }

        @Override
        public long leap() {
            return real.leap();
        }

        @Override
        public Instant instant() {
            return real.instant();
        }

        @Override
        public Agenda agenda(String name) {
            return real.agenda(name);
        }

        @Override
        public Fork fork(String name, Runnable work) {
            if (name.endsWith("-start")) {
                starts.add(work);
                return () -> {};
            }
            return real.fork(name, work);
        }
    }
}
