package dev.highlander.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.highlander.interleavings.Interleavings;
import dev.highlander.interleavings.StandingTime;
import dev.highlander.lock.Key;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A hold is read by the child's threads and the watchdog while the session's confirms it. */
public class HoldInterleavingTest {
    private static final Sent GRANT = new Sent(10, 0);

    @Test
    public void trustIsNeverSeenToFallWhileChecksAreConfirmed() {
        Interleavings.of(() -> {
            SessionTrust trust = new SessionTrust(new StandingTime(), 100);
            Thread session = Interleavings.start(() -> {
                trust.raise(new Sent(20, 0));
                trust.raise(new Sent(30, 0));
            });
            long first = trust.deadBy(GRANT);
            long second = trust.deadBy(GRANT);
            assertTrue(first <= second, first + " then " + second);
            Interleavings.join(session);
            assertEquals(130, trust.deadBy(GRANT));
        });
    }

    @Test
    public void ofTwoThatReleaseAHoldOneDoes() {
        Interleavings.of(() -> {
            AtomicInteger released = new AtomicInteger();
            PostgresHold hold = new PostgresHold(
                    1,
                    Key.number(1),
                    0,
                    GRANT,
                    new SessionTrust(new StandingTime(), 100),
                    (id, ending) -> released.incrementAndGet());
            Thread other = Interleavings.start(hold::release);
            hold.release();
            Interleavings.join(other);
            assertEquals(1, released.get());
        });
    }
}
