package dev.highlander.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.highlander.interleavings.Interleavings;
import dev.highlander.interleavings.StandingTime;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** An agenda is given work from any thread while its own looks for some, or goes to sleep. */
public class AgendaInterleavingTest {
    @Test
    public void workIsNeverLeftLyingAndIsDoneInTheOrderGiven() {
        Interleavings.of(() -> {
            ThreadAgenda agenda = new ThreadAgenda(new StandingTime(), "agenda");
            StringBuilder done = new StringBuilder(); // the agenda's thread writes, and the join makes it seen
            CountDownLatch all = new CountDownLatch(3);
            Thread other = Interleavings.start(() -> agenda.execute(() -> {
                done.append('x');
                all.countDown();
            }));
            agenda.execute(() -> {
                done.append('a');
                all.countDown();
            });
            agenda.execute(() -> {
                done.append('b');
                all.countDown();
            });
            await(all);
            Interleavings.join(other);
            agenda.close();
            String order = done.toString();
            assertEquals(3, order.length());
            assertTrue(order.indexOf('a') < order.indexOf('b'), order);
        });
    }

    @Test
    public void aTimerThatIsDueIsDoneThoughTheThreadIsAboutToSleep() {
        Interleavings.of(() -> {
            ThreadAgenda agenda = new ThreadAgenda(new StandingTime(), "agenda");
            CountDownLatch done = new CountDownLatch(1);
            agenda.at(Long.MAX_VALUE - 1, () -> {});
            agenda.at(0, done::countDown);
            await(done);
            agenda.close();
        });
    }

    @Test
    public void leapsNeverFallWhoeverLooks() {
        Interleavings.of(() -> {
            LeapDetector leaps = new LeapDetector();
            leaps.observe(0, 0);
            long jump = 2 * LeapDetector.NOISE;
            Thread other = Interleavings.start(() -> leaps.observe(10, 10 + jump));
            long first = leaps.observe(20, 20 + jump);
            long second = leaps.observe(30, 30 + jump);
            assertEquals(jump, first);
            assertEquals(jump, second);
            Interleavings.join(other);
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
