package dev.highlander.time;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ThreadAgendaTest {
    private final Time time = Time.system();
    private final Agenda agenda = time.agenda("agenda");
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        agenda.close();
    }

    @Test
    void workIsDoneInTheOrderGiven() throws Exception {
        List<String> given = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String name = "work " + i;
            given.add(name);
            agenda.execute(() -> done.add(name));
        }
        awaitAllWork();
        assertThat(done).isEqualTo(given);
    }

    @Test
    void aTimerThatIsDueComesBeforeAFloodOfWork() throws Exception {
        CountDownLatch hold = holdUp();
        for (int i = 0; i < 1000; i++) {
            agenda.execute(() -> done.add("work"));
        }
        agenda.at(time.nanos(), () -> done.add("deadline"));
        hold.countDown();
        awaitAllWork();
        assertThat(done).hasSize(1001).startsWith("deadline");
    }

    @Test
    void timersRunInTheOrderOfTheirTimesAndOfGiving() throws Exception {
        CountDownLatch hold = holdUp();
        long now = time.nanos();
        agenda.at(now - 1, () -> done.add("third"));
        agenda.at(now - 3, () -> done.add("first"));
        agenda.at(now - 1, () -> done.add("fourth"));
        agenda.at(now - 2, () -> done.add("second"));
        hold.countDown();
        awaitAllWork();
        assertThat(done).containsExactly("first", "second", "third", "fourth");
    }

    @Test
    void aTimerIsNeverEarly() throws Exception {
        int timers = 200;
        Random random = new Random(1);
        List<Long> early = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch all = new CountDownLatch(timers);
        for (int i = 0; i < timers; i++) {
            long at = time.nanos() + random.nextInt(50_000_000);
            agenda.at(at, () -> {
                long now = time.nanos();
                if (now < at) {
                    early.add(at - now);
                }
                all.countDown();
            });
        }
        assertThat(all.await(20, SECONDS)).isTrue();
        assertThat(early).isEmpty();
    }

    @Test
    void anEarlierTimerOvertakesTheOneThatIsWaitedFor() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        agenda.at(Long.MAX_VALUE, () -> done.add("never"));
        agenda.at(time.nanos() + 3_600_000_000_000L, () -> done.add("in an hour"));
        awaitAllWork(); // so that it waits
        agenda.at(time.nanos() + 1_000_000, ran::countDown);
        assertThat(ran.await(20, SECONDS)).isTrue();
        assertThat(done).isEmpty();
    }

    @Test
    void aCancelledTimerDoesNotRun() throws Exception {
        CountDownLatch hold = holdUp();
        long now = time.nanos();
        Agenda.Timer cancelled = agenda.at(now, () -> done.add("cancelled"));
        Agenda.Timer kept = agenda.at(now, () -> done.add("kept"));
        cancelled.cancel();
        cancelled.cancel();
        hold.countDown();
        awaitAllWork();
        kept.cancel();
        assertThat(done).containsExactly("kept");
    }

    @Test
    @Timeout(15)
    void manyCancelledTimersCostLittle() throws Exception {
        CountDownLatch hold = holdUp();
        List<Agenda.Timer> timers = new ArrayList<>();
        long far = time.nanos() + 3_600_000_000_000L;
        for (int i = 0; i < 400_000; i++) {
            timers.add(agenda.at(far + i, () -> done.add("cancelled")));
        }
        Collections.shuffle(timers, new Random(1));
        timers.forEach(Agenda.Timer::cancel);
        hold.countDown();
        awaitAllWork();
        assertThat(done).isEmpty();
    }

    @Test
    void workThatThrowsIsReportedAndTheAgendaGoesOn() throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        agenda.execute(() ->
                Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> reported.complete(thrown)));
        IllegalStateException thrown = new IllegalStateException("broken work");
        agenda.execute(() -> {
            throw thrown;
        });
        assertThat(reported.get(20, SECONDS)).isSameAs(thrown);
        awaitAllWork();
    }

    @Test
    void aHandlerThatThrowsDoesNotEndTheAgenda() throws Exception {
        agenda.execute(() -> Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
            throw new IllegalStateException("broken handler", thrown);
        }));
        agenda.execute(() -> {
            throw new IllegalStateException("broken work");
        });
        awaitAllWork();
    }

    @Test
    void anInterruptDoesNotEndIt() throws Exception {
        Thread thread = thread();
        thread.interrupt();
        awaitAllWork();
        CountDownLatch ran = new CountDownLatch(1);
        agenda.at(time.nanos() + 1_000_000, ran::countDown);
        thread.interrupt();
        assertThat(ran.await(20, SECONDS)).isTrue();
    }

    @Test
    void onlyItsOwnThreadIsCurrent() throws Exception {
        assertThat(agenda.isCurrent()).isFalse();
        CompletableFuture<Boolean> inside = new CompletableFuture<>();
        agenda.execute(() -> inside.complete(agenda.isCurrent()));
        assertThat(inside.get(20, SECONDS)).isTrue();
    }

    @Test
    void itsThreadIsADaemonOfItsName() throws Exception {
        Thread thread = thread();
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).isEqualTo("agenda");
    }

    @Test
    void closedItDropsWhatIsLeftAndEnds() throws Exception {
        Thread thread = thread();
        CountDownLatch hold = holdUp();
        agenda.execute(() -> done.add("work"));
        agenda.at(time.nanos(), () -> done.add("timer"));
        agenda.close();
        agenda.close();
        agenda.execute(() -> done.add("late work"));
        Agenda.Timer late = agenda.at(time.nanos(), () -> done.add("late timer"));
        late.cancel();
        hold.countDown();
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
        assertThat(done).isEmpty();
    }

    @Test
    void closedByItsOwnWorkItEnds() throws Exception {
        Thread thread = thread();
        agenda.execute(agenda::close);
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
    }

    /** Its thread is kept busy until the latch is counted down. */
    private CountDownLatch holdUp() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch hold = new CountDownLatch(1);
        agenda.execute(() -> {
            begun.countDown();
            try {
                boolean ignored = hold.await(60, SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(begun.await(20, SECONDS)).isTrue();
        return hold;
    }

    private void awaitAllWork() throws InterruptedException {
        CountDownLatch last = new CountDownLatch(1);
        agenda.execute(last::countDown);
        assertThat(last.await(20, SECONDS)).isTrue();
    }

    private Thread thread() throws InterruptedException {
        AtomicReference<Thread> thread = new AtomicReference<>();
        agenda.execute(() -> thread.set(Thread.currentThread()));
        awaitAllWork();
        return thread.get();
    }
}
