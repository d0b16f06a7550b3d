package dev.highlander.time;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TimeTest {
    private final Time time = Time.system();

    @Test
    void sumsBeyondTheEndOfTimeMeanNever() {
        assertThat(Time.plus(1, 2)).isEqualTo(3);
        assertThat(Time.plus(5, -7)).isEqualTo(-2);
        assertThat(Time.plus(Long.MAX_VALUE - 1, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(Time.plus(Long.MAX_VALUE - 1, 2)).isEqualTo(Long.MAX_VALUE);
        assertThat(Time.plus(Long.MAX_VALUE, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThat(Time.plus(Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE);
        assertThat(Time.plus(Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(-1);
    }

    @Test
    void sumsBeforeItsBeginningStayThere() {
        assertThat(Time.plus(Long.MIN_VALUE, -1)).isEqualTo(Long.MIN_VALUE);
        assertThat(Time.plus(Long.MIN_VALUE + 1, -2)).isEqualTo(Long.MIN_VALUE);
        assertThat(Time.plus(-1, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void theSystemsTimeIsNeverNegativeAndNeverFalls() {
        long last = 0;
        for (int i = 0; i < 10_000; i++) {
            long now = time.nanos();
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
    }

    @Test
    void theSystemsLeapNeverFalls() {
        long last = 0;
        for (int i = 0; i < 1_000; i++) {
            long leap = time.leap();
            assertThat(leap).isGreaterThanOrEqualTo(last);
            last = leap;
        }
    }

    @Test
    void theSystemsInstantIsTheWallClocks() {
        assertThat(time.instant()).isBetween(Instant.now().minus(Duration.ofHours(1)), Instant.now());
    }

    @Test
    void thereIsOneForTheWholeJvm() {
        assertThat(Time.system()).isSameAs(time);
    }

    @Test
    void forkedWorkHasADaemonThreadOfThatName() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        time.fork("work", () -> thread.complete(Thread.currentThread()));
        assertThat(thread.get(20, SECONDS).getName()).isEqualTo("work");
        assertThat(thread.get().isDaemon()).isTrue();
        assertThat(thread.get()).isNotSameAs(Thread.currentThread());
    }

    @Test
    void forkedWorkCanBeInterrupted() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Time.Fork fork = time.fork("work", () -> {
            try {
                interrupted.complete(new CountDownLatch(1).await(60, SECONDS));
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        });
        fork.interrupt();
        assertThat(interrupted.get(20, SECONDS)).isTrue();
        fork.interrupt();
    }
}
