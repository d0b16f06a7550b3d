package dev.highlander;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.highlander.interleavings.Interleavings;
import dev.highlander.interleavings.StandingTime;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.supervisor.StopReason;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A term is used by its child's threads while the one that decides ends it. */
public class HeldTermInterleavingTest {
    private static final class OneHold implements Hold {
        @Override
        public Key key() {
            return Key.number(1);
        }

        @Override
        public long token() {
            return 1;
        }

        @Override
        public long startNotBefore() {
            return 0;
        }

        @Override
        public long deadBy() {
            return Long.MAX_VALUE;
        }

        @Override
        public void release() {}
    }

    @Test
    public void aHookThatIsGivenWhileTheStopBeginsRunsOnce() {
        Interleavings.of(() -> {
            AtomicInteger ran = new AtomicInteger();
            HeldTerm term = new HeldTerm(new OneHold(), "node", new StandingTime());
            Thread child = Interleavings.start(() -> term.onStop(why -> ran.incrementAndGet()));
            term.takeHooks(StopReason.LOST).forEach(hook -> hook.accept(StopReason.LOST));
            Interleavings.join(child);
            assertEquals(1, ran.get());
        });
    }

    @Test
    public void noStepIsAllowedOnceTheTermHasEnded() {
        Interleavings.of(() -> {
            HeldTerm term = new HeldTerm(new OneHold(), "node", new StandingTime());
            AtomicBoolean ended = new AtomicBoolean();
            AtomicBoolean allowed = new AtomicBoolean();
            Thread child = Interleavings.start(() -> {
                boolean before = ended.get();
                try {
                    term.ensureHeld();
                    allowed.set(before);
                } catch (NotHeldException e) {
                    // as it should once it has ended
                }
            });
            term.end();
            ended.set(true);
            Interleavings.join(child);
            assertFalse(allowed.get());
        });
    }
}
