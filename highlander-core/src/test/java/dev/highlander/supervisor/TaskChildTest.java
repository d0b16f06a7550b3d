package dev.highlander.supervisor;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TaskChildTest {
    private final CountDownLatch never = new CountDownLatch(1);

    @Test
    void aTaskThatReturnsHasCompleted() throws Exception {
        assertThat(end(start(() -> {}))).isEqualTo(Exit.completed());
    }

    @Test
    void aTaskThatThrowsHasFailedWhateverItThrows() throws Exception {
        for (Throwable thrown :
                new Throwable[] {new Exception("a"), new AssertionError("b"), new InterruptedException()}) {
            Exit exit = end(start(() -> TaskChildTest.<Exception>sneak(thrown)));
            assertThat(exit).isEqualTo(Exit.failed(thrown));
        }
    }

    @Test
    void aStopInterruptsIt() throws Exception {
        Child child = start(never::await);
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(end(child)).isEqualTo(Exit.stopped());
    }

    @Test
    void whatItThrowsWhenAskedToStopIsNoFailure() throws Exception {
        Child child = start(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("gave up", e);
            }
        });
        child.stop(StopReason.LOST, 0);
        assertThat(end(child).isFailure()).isFalse();
        assertThat(end(child).cause().orElseThrow()).as("yet it is not lost").hasMessage("gave up");
    }

    @Test
    void itHasNotEndedWhileItSwallowsItsStopAndTheKillInterruptsItAgain() throws Exception {
        AtomicInteger interrupts = new AtomicInteger();
        CountDownLatch swallowed = new CountDownLatch(1);
        Child child = start(() -> {
            while (interrupts.get() < 2) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    interrupts.incrementAndGet();
                    swallowed.countDown();
                }
            }
        });
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(swallowed.await(20, SECONDS)).isTrue();
        assertThat(child.ended().toCompletableFuture()).isNotDone();
        child.kill(StopReason.SHUTDOWN);
        assertThat(end(child)).isEqualTo(Exit.stopped());
    }

    @Test
    void stoppedAfterItsEndItStaysAsItEnded() throws Exception {
        Child child = start(() -> {});
        end(child);
        child.stop(StopReason.SHUTDOWN, 0);
        child.kill(StopReason.SHUTDOWN);
        assertThat(end(child)).isEqualTo(Exit.completed());
    }

    @Test
    void itOwnsItsThreadAndNoOther() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Child child = start(() -> {
            thread.complete(Thread.currentThread());
            never.await();
        });
        assertThat(child.owns(thread.get(20, SECONDS))).isTrue();
        assertThat(child.owns(Thread.currentThread())).isFalse();
        assertThat(child.children()).isEmpty();
        child.stop(StopReason.SHUTDOWN, 0);
        end(child);
    }

    @Test
    void itRunsOnADaemonThreadOfItsName() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        end(start(() -> thread.complete(Thread.currentThread())));
        assertThat(thread.get().getName()).isEqualTo("task");
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void itRunsOnTheThreadThatIsGiven() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        ThreadFactory mine = work -> new Thread(work, "mine");
        end(ChildSpec.task("task", mine, () -> thread.complete(Thread.currentThread()))
                .start()
                .start());
        assertThat(thread.get().getName()).isEqualTo("mine");
    }

    @Test
    void aFactoryThatMakesNoThreadIsNamed() {
        assertThatIllegalStateException()
                .isThrownBy(() -> TaskChild.start(() -> {}, work -> null))
                .withMessage("The thread factory returned null, so the child has no thread to run on. Give one that"
                        + " makes threads.");
    }

    @Test
    void eachStartMakesAnotherChild() throws Exception {
        Start recipe = ChildSpec.task("task", () -> {}).start();
        assertThat(recipe.start()).isNotSameAs(recipe.start());
    }

    private static Child start(Task task) throws Exception {
        return ChildSpec.task("task", task).start().start();
    }

    private static Exit end(Child child) throws Exception {
        return child.ended().toCompletableFuture().get(20, SECONDS);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
