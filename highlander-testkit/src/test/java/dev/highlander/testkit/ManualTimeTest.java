package dev.highlander.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ManualTimeTest {
    private final ManualTime time = ManualTime.create();
    private final Agenda agenda = time.agenda("agenda");
    private final List<String> done = new ArrayList<>();

    @Test
    void nothing_happens_until_it_is_told_to() {
        agenda.execute(() -> done.add("work"));
        var unused = agenda.at(time.nanos(), () -> done.add("timer"));
        assertThat(done).isEmpty();

        time.runUntilIdle();

        assertThat(done).containsExactly("timer", "work");
    }

    @Test
    void timers_run_at_their_own_instants_in_order() {
        long start = time.nanos();
        var late = agenda.at(start + 3_000_000, () -> done.add("late at " + (time.nanos() - start)));
        var early = agenda.at(start + 1_000_000, () -> {
            done.add("early at " + (time.nanos() - start));
            var next = agenda.at(time.nanos() + 1_000_000, () -> done.add("next at " + (time.nanos() - start)));
            assertThat(next).isNotNull();
        });
        var beyond = agenda.at(start + 9_000_000, () -> done.add("beyond"));

        time.advance(Duration.ofMillis(5));

        assertThat(done).containsExactly("early at 1000000", "next at 2000000", "late at 3000000");
        assertThat(time.nanos() - start).isEqualTo(5_000_000);
        assertThat(List.of(late, early, beyond)).doesNotContainNull();
    }

    @Test
    void what_is_cancelled_or_on_a_closed_agenda_is_not_done() {
        Agenda.Timer cancelled = agenda.at(time.nanos() + 1, () -> done.add("cancelled"));
        cancelled.cancel();
        Agenda closed = time.agenda("closed");
        closed.execute(() -> done.add("dropped"));
        closed.close();
        closed.execute(() -> done.add("ignored"));

        time.advance(Duration.ofSeconds(1));

        assertThat(done).isEmpty();
    }

    @Test
    void an_agenda_is_current_only_while_its_work_is_done() {
        Agenda other = time.agenda("other");
        agenda.execute(() -> done.add(agenda.isCurrent() + " " + other.isCurrent()));

        time.runUntilIdle();

        assertThat(done).containsExactly("true false");
        assertThat(agenda.isCurrent()).isFalse();
    }

    @Test
    void a_leap_moves_the_wall_clock_and_no_timer() {
        long nanos = time.nanos();
        var before = time.instant();
        var timer = agenda.at(nanos + 1, () -> done.add("timer"));

        time.leap(Duration.ofHours(1));

        assertThat(timer).isNotNull();
        assertThat(done).isEmpty();
        assertThat(time.nanos()).isEqualTo(nanos);
        assertThat(time.leap()).isEqualTo(Duration.ofHours(1).toNanos());
        assertThat(time.instant()).isEqualTo(before.plus(Duration.ofHours(1)));
    }

    @Test
    void forked_work_is_done_by_the_turner_and_sees_an_interrupt_that_came_before() {
        Time.Fork fork = time.fork(
                "fork", () -> done.add("interrupted " + Thread.currentThread().isInterrupted()));
        fork.interrupt();

        time.runUntilIdle();

        assertThat(done).containsExactly("interrupted true");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void with_threads_forked_work_may_block_and_what_it_gives_to_an_agenda_is_waited_for() {
        ManualTime threads = ManualTime.withThreads();
        Agenda own = threads.agenda("agenda");
        CountDownLatch goOn = new CountDownLatch(1);
        var fork = threads.fork("fork", () -> {
            try {
                goOn.await();
                own.execute(() -> done.add("work"));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        own.execute(goOn::countDown);

        threads.runUntil(() -> done.contains("work"));

        assertThat(fork).isNotNull();
    }

    @Test
    void work_that_goes_in_circles_is_found_out() {
        Runnable[] again = new Runnable[1];
        again[0] = () -> agenda.execute(again[0]);
        agenda.execute(again[0]);

        assertThatThrownBy(time::runUntilIdle)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("in circles");
    }
}
