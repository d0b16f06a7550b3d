package dev.highlander.supervisor;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * A child that was started may run, whatever its methods do. It was once reported as not started, and started again beside
 * itself, when its {@code ended()} or {@code stuck()} threw.
 */
class BrokenChildrenTest {
    private static final Logger LOG = Logger.getLogger("dev.highlander.supervisor");

    private final ManualTime time = ManualTime.create();
    private final List<Broken> started = new ArrayList<>();
    private final List<LogRecord> logged = new ArrayList<>();
    private Consumer<Broken> flaw = child -> {};

    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listens() {
        LOG.setUseParentHandlers(false);
        LOG.addHandler(listener);
    }

    @AfterEach
    void listensNoMore() {
        LOG.removeHandler(listener);
        LOG.setUseParentHandlers(true);
    }

    /** A child with flaws. */
    private static final class Broken implements Child {
        final CompletableFuture<Exit> ended = new CompletableFuture<>();
        final List<String> asked = new ArrayList<>();

        @Nullable
        RuntimeException endedThrows;

        @Nullable
        CompletionStage<Exit> endedStage = ended;

        @Nullable
        CompletionStage<?> startedStage = CompletableFuture.completedFuture(null);

        @Nullable
        RuntimeException stuckThrows;

        @Nullable
        CompletionStage<?> stuckStage = new CompletableFuture<>();

        @Nullable
        Error stopThrows;

        boolean restThrows;

        @Override
        @SuppressWarnings("NullAway") // that is the flaw
        public CompletionStage<Exit> ended() {
            if (endedThrows != null) {
                throw endedThrows;
            }
            return endedStage;
        }

        @Override
        @SuppressWarnings("NullAway")
        public CompletionStage<?> started() {
            return startedStage;
        }

        @Override
        @SuppressWarnings("NullAway")
        public CompletionStage<?> stuck() {
            if (stuckThrows != null) {
                throw stuckThrows;
            }
            return stuckStage;
        }

        @Override
        public void stop(StopReason why, long killBy) {
            asked.add("stop");
            if (stopThrows != null) {
                throw stopThrows;
            }
            ended.complete(Exit.stopped());
        }

        @Override
        public void kill(StopReason why) {
            asked.add("kill");
            if (restThrows) {
                throw new IllegalStateException("kill");
            }
        }

        @Override
        public boolean owns(Thread thread) {
            if (restThrows) {
                throw new IllegalStateException("owns");
            }
            return false;
        }

        @Override
        public boolean isPrompt() {
            if (restThrows) {
                throw new IllegalStateException("isPrompt");
            }
            return false;
        }
    }

    private ChildSpec spec(String id) {
        return ChildSpec.of(id, () -> {
            Broken child = new Broken();
            flaw.accept(child);
            started.add(child);
            return child;
        });
    }

    private SupervisorRunner start(SupervisorSpec spec) {
        SupervisorRunner runner = new SupervisorRunner(spec.name("app"), time);
        runner.begin();
        time.runUntilIdle();
        return runner;
    }

    private static <T> CompletionStage<T> failed(Throwable cause) {
        return CompletableFuture.failedFuture(cause);
    }

    private record Flaw(String name, boolean comesUp, boolean endIsSeen, Consumer<Broken> make) {}

    private static List<Flaw> flaws() {
        return List.of(
                new Flaw(
                        "ended() throws",
                        false,
                        false,
                        child -> child.endedThrows = new IllegalStateException("broken")),
                new Flaw("ended() returns null", false, false, child -> child.endedStage = null),
                new Flaw(
                        "ended() is cancelled",
                        true,
                        false,
                        child -> child.endedStage = failed(new CancellationException())),
                new Flaw(
                        "ended() has timed out",
                        true,
                        false,
                        child -> child.endedStage = failed(new TimeoutException())),
                new Flaw(
                        "stuck() throws",
                        false,
                        true,
                        child -> child.stuckThrows = new IllegalStateException("broken")),
                new Flaw("stuck() returns null", false, true, child -> child.stuckStage = null),
                new Flaw(
                        "stuck() has failed", false, true, child -> child.stuckStage = failed(new Exception("broken"))),
                new Flaw("started() returns null", false, true, child -> child.startedStage = null),
                new Flaw(
                        "started() has failed",
                        false,
                        true,
                        child -> child.startedStage = failed(new Exception("broken"))));
    }

    private Stream<DynamicTest> each(Consumer<Flaw> test) {
        return flaws().stream()
                .map(next -> dynamicTest(next.name(), () -> {
                    started.clear();
                    logged.clear();
                    flaw = next.make();
                    test.accept(next);
                }));
    }

    @TestFactory
    Stream<DynamicTest> inTheFirstStartItIsKilledAndTheStartHasFailedButIsNotOverBeforeItsEndIsSeen() {
        return each(flaw -> {
            SupervisorRunner app = start(oneForOne(spec("a")));
            time.advance(Duration.ofDays(1));
            assertThat(started).hasSize(1);
            assertThat(started.get(0).asked).containsExactly("kill");
            assertThat(app.up().isDone()).isEqualTo(flaw.comesUp());
            assertThat(app.over()).as("it may run").isNotDone();
            if (!flaw.comesUp()) {
                assertThat(app.stuck().join().ids()).containsExactly("a");
                assertThat(app.stuck().join().because()).isInstanceOf(StartFailedException.class);
            }
            assertThat(app.children()).containsExactly(new ChildInfo("a", ChildType.WORKER, true));
            assertThat(logged.get(0).getMessage()).startsWith("Supervisor app: child a was started but can't be");
            assertThat(logged.get(0).getThrown()).isNotNull();

            started.get(0).ended.complete(Exit.stopped());
            time.runUntilIdle();
            assertThat(app.over().isDone()).isEqualTo(flaw.endIsSeen());
        });
    }

    @TestFactory
    Stream<DynamicTest> inARestartItIsNotStartedAgainBeforeItsEndIsSeen() {
        return each(flaw -> {
            Consumer<Broken> broken = this.flaw;
            this.flaw = child -> {};
            SupervisorRunner app = start(oneForOne(spec("a"), spec("b")));
            this.flaw = broken;
            started.get(0).ended.complete(Exit.completed());
            time.advance(Duration.ofDays(1));
            assertThat(started).hasSize(3);

            this.flaw = child -> {};
            started.get(1).ended.complete(Exit.completed());
            time.runUntilIdle();
            assertThat(started).as("the others are looked after").hasSize(4);

            started.get(2).ended.complete(Exit.stopped());
            time.runUntilIdle();
            assertThat(started).hasSize(flaw.endIsSeen() ? 5 : 4);
            assertThat(app.over()).isNotDone();
        });
    }

    @TestFactory
    Stream<DynamicTest> whoAddsItIsToldAndItIsListedForAsLongAsItMayRun() {
        return each(flaw -> {
            SupervisorRunner app = start(oneForOne());
            CompletableFuture<Void> answer = app.add(spec("a"));
            time.runUntilIdle();
            AtomicReference<Throwable> told = new AtomicReference<>();
            var unused = answer.whenComplete((ok, refusal) -> told.set(refusal));
            if (flaw.comesUp()) {
                assertThat(told.get()).isNull();
            } else {
                assertThat(told.get()).isInstanceOf(ChildStuckException.class).hasCauseInstanceOf(Exception.class);
            }
            assertThat(app.children()).containsExactly(new ChildInfo("a", ChildType.WORKER, true));
            CompletableFuture<Void> again = app.call(call -> new Event.Restart(call, "a"));
            time.runUntilIdle();
            assertThat(again).isCompletedExceptionally();

            started.get(0).ended.complete(Exit.stopped());
            time.runUntilIdle();
            assertThat(app.children()).hasSize(flaw.endIsSeen() ? 0 : 1);
            assertThat(started).hasSize(1);
        });
    }

    @Test
    void anExceptionIsWhatItDiedOf() {
        flaw = child -> child.endedStage = child.ended.thenApply(exit -> {
            throw new IllegalStateException("of this");
        });
        start(oneForOne(spec("a").restart(Restart.ON_FAILURE)));
        started.get(0).ended.complete(Exit.completed());
        time.runUntilIdle();
        assertThat(started).hasSize(2);
        assertThat(logged.get(0).getThrown()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStopThatThrowsIsFollowedByAKillEvenWhereThereIsGraceForEver() {
        flaw = child -> child.stopThrows = new LinkageError("no such method");
        SupervisorRunner app = start(oneForOne(spec("a"), spec("b").shutdown(Shutdown.forEver())));
        app.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        time.runUntilIdle();
        assertThat(started.get(1).asked).containsExactly("stop", "kill");
        assertThat(logged.get(0).getMessage()).contains("child b could not be asked to end");
        assertThat(logged.get(0).getThrown()).isInstanceOf(LinkageError.class);
        started.get(1).ended.complete(Exit.stopped());
        time.advance(Duration.ofSeconds(1));
        assertThat(app.stuck().join().ids()).containsExactly("a");
    }

    @Test
    void aKillThatThrowsLeavesItStuckAndHoldsUpNobody() {
        flaw = child -> {
            child.restThrows = true;
            child.stopThrows = new LinkageError("no such method");
        };
        SupervisorRunner app = start(oneForOne(spec("a"), spec("b")));
        assertThat(app.mustNotWait(Thread.currentThread())).isFalse();
        app.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        time.advance(Duration.ofSeconds(2));
        assertThat(app.stuck().join().ids()).containsExactly("a", "b");
    }

    @Test
    void aRecipeThatReturnsNullHasStartedNothing() {
        @SuppressWarnings("NullAway")
        ChildSpec nothing = ChildSpec.of("a", () -> null);
        SupervisorRunner app = start(oneForOne(nothing));
        assertThat(app.over().join().cause().orElseThrow())
                .isInstanceOf(StartFailedException.class)
                .hasRootCauseMessage("The start of child a returned null. Return a Child.");
    }

    @Test
    void newsOfAnEarlierRunAreNoneOfThePresentOne() {
        SupervisorRunner app = start(oneForOne(spec("a").shutdown(Shutdown.forEver())));
        Broken first = started.get(0);
        first.ended.complete(Exit.completed());
        time.runUntilIdle();
        Broken second = started.get(1);
        second.stopThrows = new LinkageError();
        app.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        ((CompletableFuture<?>) first.stuckStage).complete(null);
        time.runUntilIdle();
        assertThat(logged).noneMatch(line -> line.getMessage().contains("has ignored its kill"));
    }

    @Test
    void nobodyElseCanCompleteTheEndOfAChildOfOurs() throws Exception {
        Child task = ChildSpec.task("a", () -> new CompletableFuture<>().join())
                .start()
                .start();
        Child tree = ChildSpec.tree("b", oneForOne()).start().start(time);
        for (Child child : List.of(task, tree)) {
            child.ended().toCompletableFuture().cancel(true);
            child.started().toCompletableFuture().cancel(true);
            child.stuck().toCompletableFuture().cancel(true);
            assertThat(child.ended().toCompletableFuture()).isNotDone();
        }
        assertThat(tree.stuck().toCompletableFuture()).isNotDone();
        task.kill(StopReason.SHUTDOWN);
    }
}
