package dev.highlander.supervisor;

import static dev.highlander.supervisor.ChildSpec.service;
import static dev.highlander.supervisor.ChildSpec.task;
import static dev.highlander.supervisor.ChildSpec.tree;
import static dev.highlander.supervisor.Supervisor.oneForOne;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Children that call the supervisor they are in, on their own threads: none of that waits for itself for ever. */
class CallsFromChildrenTest {
    private final CountDownLatch never = new CountDownLatch(1);
    private final CompletableFuture<Supervisor> self = new CompletableFuture<>();
    private final CompletableFuture<Throwable> thrown = new CompletableFuture<>();

    private interface Call {
        void on(Supervisor app) throws Exception;
    }

    private void call(Call call) throws Exception {
        try {
            call.on(self.get(20, SECONDS));
            thrown.complete(new AssertionError("nothing was thrown"));
        } catch (Exception e) {
            thrown.complete(e);
            throw e;
        }
    }

    private ChildSpec loop(String id) {
        return task(id, never::await);
    }

    @Test
    void aChildThatAddsAnotherInItsStartIsRefused() throws Exception {
        try (Supervisor app = oneForOne().name("app").start()) {
            self.complete(app);
            Thread user = new Thread(() -> {
                try {
                    app.add(service("a", () -> {
                        call(self -> self.add(loop("b")));
                        return () -> {};
                    }));
                } catch (Exception e) {
                    // thrown tells
                }
            });
            user.start();
            assertThat(thrown.get(20, SECONDS))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "would wait for itself. Ask when that start is over, or from another thread.");
            user.join(20_000);
            assertThat(app.whichChildren()).isEmpty();
        }
    }

    @Test
    void aChildOfATreeThatRestartsAnotherOfTheOuterOneInItsStartIsRefusedWhileTheTreeIsNotUp() throws Exception {
        AtomicBoolean again = new AtomicBoolean();
        ChildSpec calls = service("calls", () -> {
            if (again.getAndSet(true)) {
                call(app -> app.restart("down"));
            }
            return () -> {};
        });
        try (Supervisor app =
                oneForOne(loop("down"), tree("inner", oneForOne(calls))).start()) {
            app.terminate("down");
            self.complete(app);
            app.terminate("inner");
            Thread user = new Thread(() -> {
                try {
                    app.restart("inner");
                } catch (Exception e) {
                    // thrown tells
                }
            });
            user.start();
            assertThat(thrown.get(20, SECONDS))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("would wait for itself");
            user.join(20_000);
        }
    }

    @Test
    void aTaskMayAddAnother() throws Exception {
        CountDownLatch added = new CountDownLatch(1);
        ChildSpec adds = task("adds", () -> {
            self.get(20, SECONDS).add(loop("b"));
            added.countDown();
            never.await();
        });
        try (Supervisor app = oneForOne(adds).start()) {
            self.complete(app);
            assertThat(added.await(20, SECONDS)).isTrue();
            assertThat(app.countChildren().active()).isEqualTo(2);
        }
    }

    @Test
    void aTaskThatTerminatesItselfIsInterrupted() throws Exception {
        try (Supervisor app =
                oneForOne(task("self", () -> call(it -> it.terminate("self")))).start()) {
            self.complete(app);
            assertThat(thrown.get(20, SECONDS)).isInstanceOf(InterruptedException.class);
            app.terminate("self"); // waits for what the first call has begun
            assertThat(app.countChildren().active()).isZero();
        }
    }

    @Test
    void aStartThatClosesItsSupervisorDoesNotWaitForIt() throws Exception {
        AtomicBoolean again = new AtomicBoolean();
        CountDownLatch fails = new CountDownLatch(1);
        ChildSpec closes = ChildSpec.of("closes", () -> {
            if (again.getAndSet(true)) {
                self.get(20, SECONDS).close();
            }
            return task("closes", fails::await).start().start();
        });
        Supervisor app = oneForOne(closes).start();
        self.complete(app);
        fails.countDown();
        assertThat(app.ended().toCompletableFuture().get(20, SECONDS)).isEqualTo(Exit.stopped());
    }
}
