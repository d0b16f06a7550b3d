package dev.highlander.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.highlander.interleavings.Interleavings;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Listeners come and go while events are told. */
public class ListenersInterleavingTest {
    @Test
    public void oneThatComesWhileAnEventIsToldHearsTheNextAndNoneTwice() {
        Interleavings.of(() -> {
            Listeners<String> listeners = new Listeners<>();
            AtomicInteger old = new AtomicInteger();
            AtomicInteger fresh = new AtomicInteger();
            listeners.listen(event -> old.incrementAndGet());
            Thread teller = Interleavings.start(() -> listeners.tell("first"));
            listeners.listen(event -> fresh.incrementAndGet());
            listeners.tell("second");
            Interleavings.join(teller);
            assertEquals(2, old.get());
            assertTrue(fresh.get() >= 1, "missed the second");
            assertTrue(fresh.get() <= 2, "told twice");
        });
    }

    @Test
    public void twoThatComeAtOnceAreBothThereAndOneThatLeavesTakesNoneWithIt() {
        Interleavings.of(() -> {
            Listeners<String> listeners = new Listeners<>();
            AtomicInteger gone = new AtomicInteger();
            AtomicInteger stays = new AtomicInteger();
            Subscription leaving = listeners.listen(event -> gone.incrementAndGet());
            Thread other = Interleavings.start(() -> listeners.listen(event -> stays.incrementAndGet()));
            leaving.close();
            listeners.listen(event -> stays.incrementAndGet());
            Interleavings.join(other);
            listeners.tell("event");
            assertEquals(0, gone.get());
            assertEquals(2, stays.get());
        });
    }
}
