package dev.highlander.supervisor;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ServiceChildTest {
    /** What the service's stop does. */
    private interface Stop {
        void run() throws Exception;
    }

    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Object> death = new CompletableFuture<>();
    private final CountDownLatch never = new CountDownLatch(1);

    private final class Scripted implements Service<String> {
        private final Stop stop;
        private final Function<String, CompletionStage<?>> ended;

        Scripted(Stop stop) {
            this(stop, null);
        }

        Scripted(Stop stop, Function<String, CompletionStage<?>> ended) {
            this.stop = stop;
            this.ended = ended;
        }

        @Override
        public String start() {
            log.add("start");
            return "it";
        }

        @Override
        public void stop(String started, StopReason why) throws Exception {
            log.add("stop " + started + " " + why);
            stop.run();
        }

        @Override
        public CompletionStage<?> ended(String started) {
            return ended == null ? death : ended.apply(started);
        }
    }

    @Test
    void itEndsWhenItsStopHasReturned() throws Exception {
        CountDownLatch mayReturn = new CountDownLatch(1);
        Child child = start(new Scripted(mayReturn::await));
        child.stop(StopReason.YIELDED, Long.MAX_VALUE);
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(child.ended().toCompletableFuture()).isNotDone();
        mayReturn.countDown();
        assertThat(end(child)).isEqualTo(Exit.stopped());
        assertThat(log).as("stopped once, for the first reason").containsExactly("start", "stop it YIELDED");
    }

    @Test
    void aFailedStartIsTheCallersToKnow() {
        assertThatThrownBy(() -> ChildSpec.service("service", () -> {
                            throw new IllegalStateException("no port");
                        })
                        .start()
                        .start())
                .hasMessage("no port");
    }

    @Test
    void aStopThatThrowsHasStoppedItAndTheCauseIsKept() throws Exception {
        IllegalStateException thrown = new IllegalStateException("half closed");
        Child child = start(new Scripted(() -> {
            throw thrown;
        }));
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(end(child)).isEqualTo(Exit.stopped().because(thrown));
    }

    @Test
    void whatDiedByItselfIsStoppedBeforeItCountsAsEnded() throws Exception {
        CountDownLatch mayReturn = new CountDownLatch(1);
        Child child = start(new Scripted(mayReturn::await));
        death.complete(null);
        assertThat(child.ended().toCompletableFuture()).isNotDone();
        mayReturn.countDown();
        assertThat(end(child)).isEqualTo(Exit.completed());
    }

    @Test
    void whatItDiedOfIsKeptEvenIfItsStopThrowsToo() throws Exception {
        IllegalStateException cause = new IllegalStateException("disk full");
        Child child = start(new Scripted(() -> {
            throw new IllegalStateException("cannot flush");
        }));
        death.completeExceptionally(cause);
        assertThat(end(child)).isEqualTo(Exit.failed(cause));
    }

    @Test
    void askedToStopAfterItDiedItIsNotStoppedTwice() throws Exception {
        CountDownLatch mayReturn = new CountDownLatch(1);
        Child child = start(new Scripted(mayReturn::await));
        death.complete(null);
        child.stop(StopReason.LOST, Long.MAX_VALUE);
        mayReturn.countDown();
        assertThat(end(child)).isEqualTo(Exit.completed());
        assertThat(log).hasSize(2);
    }

    @Test
    void aKillInterruptsTheStop() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        Child child = start(new Scripted(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown(); // and closes hard
            }
        }));
        child.stop(StopReason.SHUTDOWN, 0);
        child.kill(StopReason.SHUTDOWN);
        assertThat(interrupted.await(20, SECONDS)).isTrue();
        assertThat(end(child)).isEqualTo(Exit.stopped());
    }

    @Test
    void aStopThatAKillBreaksOffHasNotStoppedIt() throws Exception {
        CompletableFuture<Thread> stopper = new CompletableFuture<>();
        Child child = start(new Scripted(() -> {
            stopper.complete(Thread.currentThread());
            never.await();
        }));
        child.stop(StopReason.SHUTDOWN, 0);
        assertThat(child.owns(stopper.get(20, SECONDS))).isTrue();
        assertThat(child.owns(Thread.currentThread())).isFalse();
        child.kill(StopReason.SHUTDOWN);
        stopper.get().join(20_000);
        assertThat(stopper.get().isAlive()).isFalse();
        assertThat(child.ended().toCompletableFuture()).isNotDone();
    }

    @Test
    void aKillWithoutAStopStopsIt() throws Exception {
        Child child = start(new Scripted(() -> {}));
        child.kill(StopReason.LOST);
        assertThat(end(child)).isEqualTo(Exit.stopped());
        assertThat(log).containsExactly("start", "stop it LOST");
    }

    @Test
    void oneThatCannotTellOfItsEndIsStoppedAndHasFailed() throws Exception {
        IllegalStateException thrown = new IllegalStateException("a bug");
        Child thrower = start(new Scripted(() -> {}, started -> {
            throw thrown;
        }));
        assertThat(end(thrower)).isEqualTo(Exit.failed(thrown));
        Child nothing = start(new Scripted(() -> {}, started -> null));
        assertThat(end(nothing).kind()).isEqualTo(Exit.Kind.FAILED);
        assertThat(log).containsExactly("start", "stop it SHUTDOWN", "start", "stop it SHUTDOWN");
    }

    @Test
    void itLivesUntilItIsStopped() throws Exception {
        Child child = ChildSpec.service("service", () -> () -> log.add("closed"))
                .start()
                .start();
        assertThat(child.ended().toCompletableFuture()).isNotDone();
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(end(child)).isEqualTo(Exit.stopped());
        assertThat(log).containsExactly("closed");
    }

    @Test
    void B1_itIsMadeFromAnArgument() throws Exception {
        Child child = ChildSpec.service("service", 8080, port -> () -> log.add("closed " + port))
                .start()
                .start();
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(end(child)).isEqualTo(Exit.stopped());
        assertThat(log).containsExactly("closed 8080");
    }

    private static Child start(Service<String> service) throws Exception {
        return ChildSpec.service("service", service).start().start();
    }

    private static Exit end(Child child) throws Exception {
        return child.ended().toCompletableFuture().get(20, SECONDS);
    }
}
