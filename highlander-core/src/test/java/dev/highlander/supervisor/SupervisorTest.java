package dev.highlander.supervisor;

import static dev.highlander.supervisor.ChildSpec.service;
import static dev.highlander.supervisor.ChildSpec.task;
import static dev.highlander.supervisor.ChildSpec.tree;
import static dev.highlander.supervisor.Supervisor.oneForAll;
import static dev.highlander.supervisor.Supervisor.oneForOne;
import static dev.highlander.supervisor.Supervisor.restForOne;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Supervisors with real threads and real time. */
class SupervisorTest {
    private final CountDownLatch never = new CountDownLatch(1);
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    /** A service that tells of its start and its stop. */
    private ChildSpec teller(String id) {
        return service(id, () -> {
            told.add("+" + id);
            return () -> told.add("-" + id);
        });
    }

    /** A task that runs until it is interrupted. */
    private ChildSpec loop(String id) {
        return task(id, never::await);
    }

    /** A task that fails as often as it is told to. */
    private ChildSpec fails(String id, CountDownLatch when) {
        return task(id, () -> {
            told.add("+" + id);
            when.await();
            throw new IllegalStateException("broken");
        });
    }

    private String next() throws InterruptedException {
        String word = told.poll(20, SECONDS);
        return word == null ? "nothing" : word;
    }

    private static Exit end(Supervisor supervisor) throws Exception {
        return supervisor.ended().toCompletableFuture().get(20, SECONDS);
    }

    @Test
    void C1_childrenStartInOrderAndStopInReverse() throws Exception {
        Supervisor app = oneForOne(teller("a"), teller("b"), teller("c")).start();
        app.close();
        assertThat(told).containsExactly("+a", "+b", "+c", "-c", "-b", "-a");
        assertThat(end(app)).isEqualTo(Exit.stopped());
    }

    @Test
    void B2_treesStartAndStopWithinTheOrder() throws Exception {
        SupervisorSpec inner = restForOne(teller("b"), teller("c"));
        Supervisor app =
                oneForOne(teller("a"), tree("inner", inner), teller("d")).start();
        app.close();
        assertThat(told).containsExactly("+a", "+b", "+c", "+d", "-d", "-c", "-b", "-a");
    }

    @Test
    void C3_whichChildrenAndCountChildrenTellWorkersFromSupervisors() throws Exception {
        try (Supervisor app = oneForOne(loop("a"), tree("inner", oneForOne(loop("b"))), loop("c"))
                .start()) {
            app.terminate("c");
            assertThat(app.whichChildren())
                    .containsExactly(
                            new ChildInfo("a", ChildType.WORKER, true),
                            new ChildInfo("inner", ChildType.SUPERVISOR, true),
                            new ChildInfo("c", ChildType.WORKER, false));
            assertThat(app.countChildren()).isEqualTo(new ChildCounts(3, 2, 1, 2));
        }
    }

    @Test
    void C1_oneForAllRestartsTheOthersToo() throws Exception {
        CountDownLatch now = new CountDownLatch(1);
        AtomicInteger failures = new AtomicInteger();
        ChildSpec once = task("b", () -> {
            now.await();
            if (failures.getAndIncrement() == 0) {
                throw new IllegalStateException("broken");
            }
            never.await();
        });
        try (Supervisor app = oneForAll(teller("a"), once, teller("c")).start()) {
            assertThat(app.whichChildren()).hasSize(3);
            now.countDown();
            assertThat(List.of(next(), next(), next(), next(), next(), next()))
                    .containsExactly("+a", "+c", "-c", "-a", "+a", "+c");
        }
    }

    @Test
    void C2_aTreeThatGivesUpIsRestartedByTheOneAboveUntilThatGivesUpToo() throws Exception {
        ChildSpec broken = fails("broken", new CountDownLatch(0));
        SupervisorSpec inner = oneForOne(broken).maxRestarts(1, Duration.ofHours(1));
        Supervisor app = oneForOne(tree("inner", inner))
                .name("app")
                .maxRestarts(2, Duration.ofHours(1))
                .start();
        Exit exit = end(app);
        assertThat(exit.kind()).isEqualTo(Exit.Kind.FAILED);
        assertThat(exit.cause().orElseThrow())
                .isInstanceOf(TooManyRestartsException.class)
                .hasMessage("Supervisor app has given up: child inner was to be restarted, which would be more than 2"
                        + " restarts in PT1H. Mend what the child dies of, or allow more with maxRestarts.")
                .hasCauseInstanceOf(TooManyRestartsException.class)
                .hasRootCauseMessage("broken");
        assertThat(told).as("three times the tree, twice each").hasSize(6);
    }

    @Test
    void C4_childrenComeAndGoAtRunTime() throws Exception {
        try (Supervisor app = oneForOne().start()) {
            assertThat(app.countChildren()).isEqualTo(new ChildCounts(0, 0, 0, 0));
            app.add(teller("a"));
            app.terminate("a");
            app.restart("a");
            app.terminate("a");
            app.delete("a");
            app.add(teller("a"));
        }
        assertThat(told).containsExactly("+a", "-a", "+a", "-a", "+a", "-a");
    }

    @Test
    void C4_theLastSignificantChildTakesTheSupervisorWithIt() throws Exception {
        ChildSpec job = task("job", () -> {}).restart(Restart.ON_FAILURE).significant();
        Supervisor app = oneForOne(teller("a"), job)
                .automaticShutdown(AutomaticShutdown.ALL)
                .start();
        assertThat(end(app)).isEqualTo(Exit.completed());
        assertThat(told).containsExactly("+a", "-a");
    }

    @Test
    void C7_closingIsIdempotentAndKeepsTheInterruptFlag() throws Exception {
        Supervisor app = oneForOne(loop("a")).start();
        Thread.currentThread().interrupt();
        app.close();
        assertThat(Thread.interrupted()).isTrue();
        app.close();
        assertThat(app.countChildren()).isEqualTo(new ChildCounts(1, 0, 0, 1));
    }

    @Test
    void C7_aChildThatClosesItsSupervisorDoesNotWaitForItself() throws Exception {
        CompletableFuture<Supervisor> self = new CompletableFuture<>();
        Supervisor app = oneForOne(tree("inner", oneForOne(task("a", () -> {
                    self.get().close();
                    told.add("went on");
                }))))
                .start();
        self.complete(app);
        assertThat(end(app)).isEqualTo(Exit.stopped());
        assertThat(next()).isEqualTo("went on");
    }

    @Test
    void whoIsToldOfTheEndMayBlock() throws Exception {
        Supervisor app = oneForOne(tree("inner", oneForOne(loop("a")))).start();
        CompletableFuture<Thread> where = new CompletableFuture<>();
        app.ended().thenRun(() -> where.complete(Thread.currentThread()));
        app.close();
        assertThat(where.get(20, SECONDS).getName()).isEqualTo("supervisor-ended");
    }

    @Nested
    class ChildrenThatHang {
        private final CountDownLatch release = new CountDownLatch(1);

        private ChildSpec undead(String id) {
            return task(id, () -> {
                        while (release.getCount() > 0) {
                            try {
                                release.await();
                            } catch (InterruptedException e) {
                                told.add("ignored by " + id);
                            }
                        }
                    })
                    .shutdown(Shutdown.kill());
        }

        @Test
        void oneThatIgnoresItsKillIsReportedAndHoldsUpNobodyElse() throws Exception {
            SupervisorSpec inner = oneForOne(teller("a"), undead("b"));
            Supervisor app =
                    oneForOne(teller("c"), tree("inner", inner)).name("app").start();
            assertThatExceptionOfType(ChildStuckException.class)
                    .isThrownBy(app::close)
                    .withMessage(
                            "Of supervisor app, inner has ignored the kill and may still run. Make children end when"
                                    + " they are interrupted.");
            assertThat(told).contains("+a", "+c", "-a", "-c");
            assertThat(app.ended().toCompletableFuture()).as("something runs").isNotDone();
            release.countDown();
            assertThat(end(app)).isEqualTo(Exit.stopped());
        }

        @Test
        void aStartThatHangsIsCalledOffByAnInterruptOfTheStarter() throws Exception {
            CountDownLatch reached = new CountDownLatch(1);
            ChildSpec hangs = ChildSpec.of("hangs", () -> {
                reached.countDown();
                never.await();
                throw new AssertionError();
            });
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread starter = new Thread(() -> {
                try (Supervisor app =
                        oneForOne(teller("a"), tree("inner", oneForOne(hangs))).start()) {
                    thrown.complete(new AssertionError(app));
                } catch (Throwable t) {
                    thrown.complete(t);
                }
            });
            starter.start();
            assertThat(reached.await(20, SECONDS)).isTrue();
            starter.interrupt();
            assertThat(thrown.get(20, SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(told).containsExactly("+a", "-a");
        }

        @Test
        void aStartThatHangsInARestartDoesNotHoldUpTheStop() throws Exception {
            AtomicInteger starts = new AtomicInteger();
            CountDownLatch reached = new CountDownLatch(1);
            ChildSpec hangs = ChildSpec.of("b", () -> {
                if (starts.getAndIncrement() > 0) {
                    reached.countDown();
                    never.await();
                }
                return task("b", () -> {}).start().start();
            });
            Supervisor app = oneForOne(teller("a"), hangs).start();
            assertThat(reached.await(20, SECONDS)).isTrue();
            app.close();
            assertThat(told).containsExactly("+a", "-a");
        }
    }

    @Nested
    class BadInput {
        @Test
        void aTreeMayBeEmptySinceChildrenCanBeAdded() throws Exception {
            try (Supervisor app = restForOne().start()) {
                assertThat(app.whichChildren()).isEmpty();
            }
        }

        @Test
        void C5_twoChildrenOfOneIdAreRefusedAtOnce() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> oneForOne(loop("a"), loop("a")))
                    .withMessage("Two children have the id a. Give each child of a supervisor an id of its own.");
        }

        @Test
        void nullsAreRefusedAtOnce() {
            assertThatNullPointerException().isThrownBy(() -> oneForOne((ChildSpec) null));
            assertThatNullPointerException().isThrownBy(() -> service("a", (Service<?>) null));
            assertThatNullPointerException().isThrownBy(() -> tree("a", null));
        }

        @Test
        void B5_aFactoryThatReturnsNullFailsTheStart() {
            assertThatExceptionOfType(StartFailedException.class)
                    .isThrownBy(() -> oneForOne(service("a", () -> null)).start())
                    .withMessage("Child a of supervisor supervisor could not be started.")
                    .withStackTraceContaining("The factory returned null. Return what is to be closed later.");
        }

        @Test
        void B5_aFactoryThatThrowsAnErrorFailsTheStartWithItAfterTheOthersWereStopped() {
            LinkageError error = new LinkageError("no such method");
            ChildSpec broken = service("c", () -> {
                throw error;
            });
            assertThatExceptionOfType(StartFailedException.class)
                    .isThrownBy(
                            () -> oneForOne(teller("a"), teller("b"), broken).start())
                    .withCause(error);
            assertThat(told).containsExactly("+a", "+b", "-b", "-a");
        }

        @Test
        void B5_aTreeWithinThatCannotBeStartedTellsWhoIsToBlame() {
            ChildSpec broken = service("c", () -> {
                throw new IllegalStateException("no port");
            });
            assertThatExceptionOfType(StartFailedException.class)
                    .isThrownBy(() -> oneForOne(teller("a"), tree("inner", oneForOne(teller("b"), broken)))
                            .name("app")
                            .start())
                    .withMessage("Child inner of supervisor app could not be started.")
                    .withStackTraceContaining("Child c of supervisor inner could not be started.")
                    .withRootCauseInstanceOf(IllegalStateException.class);
            assertThat(told).containsExactly("+a", "+b", "-b", "-a");
        }

        @Test
        void aSpecMayBeUsedInTwoPlaces() throws Exception {
            ChildSpec a = teller("a");
            SupervisorSpec both = oneForOne(tree("x", oneForOne(a)), tree("y", oneForOne(a)));
            try (Supervisor app = both.start();
                    Supervisor another = both.start()) {
                assertThat(app.countChildren()).isEqualTo(another.countChildren());
                assertThat(told).containsExactly("+a", "+a", "+a", "+a");
            }
        }

        @Test
        void nothingIsStartedAfterTheClose() throws Exception {
            Supervisor app = oneForOne(loop("a")).name("app").start();
            app.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> app.add(loop("b")))
                    .withMessage("Supervisor app has ended. Start another one.");
            assertThatIllegalStateException().isThrownBy(() -> app.restart("a"));
            assertThatIllegalStateException().isThrownBy(() -> app.delete("a"));
            assertThatIllegalStateException().isThrownBy(() -> app.terminate("a"));
            assertThatNullPointerException().isThrownBy(() -> app.add(null));
        }

        @Test
        void aSignificantChildThatCouldNeverCountIsRefused() throws Exception {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> oneForOne(loop("a").significant()))
                    .withMessageContaining("is significant but always restarted");
            SupervisorSpec spec = oneForOne(loop("a").restart(Restart.NEVER).significant());
            assertThatIllegalArgumentException()
                    .isThrownBy(spec::start)
                    .withMessageContaining("never shuts itself down");
            assertThatIllegalArgumentException().isThrownBy(() -> tree("tree", spec));
            try (Supervisor app = oneForOne().start()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(
                                () -> app.add(loop("a").restart(Restart.NEVER).significant()));
            }
        }

        @Test
        void anIntensityOutOfRangeIsRefused() {
            SupervisorSpec spec = oneForOne();
            assertThatIllegalArgumentException().isThrownBy(() -> spec.maxRestarts(-1, Duration.ofSeconds(1)));
            assertThatIllegalArgumentException().isThrownBy(() -> spec.maxRestarts(1, Duration.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> spec.maxRestarts(1, Duration.ofDays(2)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> spec.maxRestarts(1, Duration.ofSeconds(Long.MAX_VALUE)));
            assertThatIllegalArgumentException().isThrownBy(() -> spec.maxRestarts(1, Duration.ofSeconds(-1)));
            assertThatIllegalArgumentException().isThrownBy(() -> spec.name(" "));
            assertThatNullPointerException().isThrownBy(() -> spec.maxRestarts(1, null));
            assertThatNullPointerException().isThrownBy(() -> spec.automaticShutdown(null));
            assertThatNullPointerException().isThrownBy(() -> spec.name(null));
            assertThatIllegalArgumentException().isThrownBy(() -> Shutdown.grace(Duration.ofSeconds(Long.MAX_VALUE)));
            assertThatNullPointerException().isThrownBy(() -> Shutdown.grace(null));
        }
    }
}
