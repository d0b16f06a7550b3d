package dev.highlander.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import dev.highlander.Highlander;
import dev.highlander.NotHeldException;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.ChildSpec;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** What users' tests get, and what makes them fail. */
@HighlanderTest
class HighlanderExtensionTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Key KEY = Key.of("child");

    private static ChildSpec loop() {
        return ChildSpec.task("child", HighlanderExtensionTest::untilInterrupted);
    }

    static void untilInterrupted() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @Test
    void a_key_is_granted_at_once_and_a_test_waits_as_usual(Highlander highlander) throws Exception {
        try (Singleton one = highlander.start(loop())) {
            assertThat(one.awaitRunning(SOON)).isTrue();
        }
    }

    @Test
    void a_lost_key_ends_the_term_and_the_next_one_begins(Highlander highlander, FakeLocks locks, ManualTime time)
            throws Exception {
        Singleton one = highlander.start(loop());
        assertThat(one.awaitRunning(SOON)).isTrue();
        Term first = one.term().orElseThrow();

        locks.lose(KEY, Loss.DISCONNECTED);

        time.runUntil(
                () -> one.term().filter(term -> term.token() > first.token()).isPresent());
        assertThat(one.awaitRunning(SOON)).isTrue();
        assertThat(first.isHeld()).isFalse();
    }

    @Test
    void a_key_that_another_node_has_is_waited_for(Highlander highlander, FakeLocks locks, ManualTime time)
            throws Exception {
        locks.giveToOther(KEY, "other");
        Singleton one = highlander.start(loop());
        time.runUntilIdle();
        assertThat(one.state()).isEqualTo(State.STANDBY);
        assertThat(locks.holder(KEY).toCompletableFuture().get().orElseThrow().node())
                .isEqualTo("other");

        locks.freeFromOther(KEY);
        assertThat(one.awaitRunning(SOON)).isTrue();

        locks.giveToOther(KEY, "other");
        time.runUntil(() -> one.state() == State.STANDBY);
    }

    @Test
    void a_node_that_is_cut_off_stops_its_child_before_the_lease_ends(
            Highlander highlander, FakeLocks locks, ManualTime time) throws Exception {
        Singleton one = highlander.start(loop());
        assertThat(one.awaitRunning(SOON)).isTrue();
        time.advance(Duration.ofMinutes(5));
        assertThat(one.state()).as("checks are confirmed").isEqualTo(State.RUNNING);

        locks.cutOff();
        time.advance(Duration.ofNanos(Lease.DEFAULT.nanos() - Lease.DEFAULT.stopBudget() - Lease.DEFAULT.margin()));
        time.runUntil(() -> one.state() == State.STANDBY);

        locks.reconnect();
        assertThat(one.awaitRunning(SOON)).isTrue();
    }

    @Test
    void a_restart_waits_for_the_clock(Highlander highlander, ManualTime time) throws Exception {
        Set<Long> runs = ConcurrentHashMap.newKeySet();
        Singleton one = highlander
                .backoff(new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(1)))
                .start(highlander.task("child", term -> {
                    if (runs.add(term.token()) && runs.size() == 1) {
                        throw new IllegalStateException("the first run fails, as the test wants");
                    }
                    untilInterrupted();
                }));
        time.runUntil(() -> runs.size() == 1 && one.state() == State.STANDBY);

        time.advance(Duration.ofMinutes(2));
        assertThat(one.awaitRunning(SOON)).isTrue();
        time.runUntil(() -> runs.size() == 2);
    }

    @Test
    void a_term_is_over_when_the_clock_is_past_its_lease_though_its_child_hangs(
            Highlander highlander, FakeLocks locks, ManualTime time) throws Exception {
        CompletableFuture<Term> known = new CompletableFuture<>();
        CountDownLatch hangs = new CountDownLatch(1);
        Singleton one = highlander.start(highlander.task("child", term -> {
            known.complete(term);
            while (hangs.getCount() > 0) {
                try {
                    hangs.await();
                } catch (InterruptedException e) {
                    // as a child would that is stuck for a while
                }
            }
        }));
        Term term = known.get(20, TimeUnit.SECONDS);
        term.ensureHeld();
        locks.cutOff();
        time.advance(Lease.DEFAULT.length());
        assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
        time.runUntil(() -> one.state() == State.STUCK);
        hangs.countDown(); // it ends a moment after it was called stuck, which is no failure
    }

    @Nested
    class InANestedClass {
        private final FakeLocks fromConstructor;
        private Highlander fromBeforeEach;

        InANestedClass(FakeLocks locks) {
            fromConstructor = locks;
        }

        @BeforeEach
        void take(Highlander highlander) {
            fromBeforeEach = highlander;
        }

        @Test
        void all_parameters_of_a_test_are_of_one_node(Highlander highlander, FakeLocks locks, ManualTime time) {
            assertThat(locks).isSameAs(fromConstructor);
            assertThat(highlander).isSameAs(fromBeforeEach);
            assertThat(locks.time()).isSameAs(time);
        }
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class SharedByAClass {
        private Singleton shared;
        private FakeLocks locksOfAll;

        @BeforeAll
        void open(Highlander highlander, FakeLocks locks) throws Exception {
            locksOfAll = locks;
            shared = highlander.start(loop());
            assertThat(shared.awaitRunning(SOON)).isTrue();
        }

        @Test
        void it_runs_on_through_the_first_test(FakeLocks locks) {
            assertThat(locks).isSameAs(locksOfAll);
            assertThat(shared.state()).isEqualTo(State.RUNNING);
        }

        @Test
        void and_through_the_second(FakeLocks locks) {
            assertThat(locks).isSameAs(locksOfAll);
            assertThat(shared.state()).isEqualTo(State.RUNNING);
        }
    }

    @Nested
    class WithSettings {
        @RegisterExtension
        static final HighlanderExtension HIGHLANDER = HighlanderExtension.builder()
                .lease(Duration.ofSeconds(3))
                .grantedByHand()
                .build();

        @Test
        void the_innermost_is_asked(FakeLocks locks) {
            assertThat(locks.guarantee().lease()).contains(Lease.of(Duration.ofSeconds(3)));
        }

        @Test
        void a_key_granted_by_hand_is_granted_then(Highlander highlander, FakeLocks locks, ManualTime time)
                throws Exception {
            Singleton one = highlander.start(loop());
            time.runUntil(() -> locks.waiting(KEY) == 1);
            assertThat(one.state()).isEqualTo(State.STANDBY);

            locks.grant(KEY);
            assertThat(one.awaitRunning(SOON)).isTrue();
        }
    }

    @Test
    void settings_that_make_no_sense_are_refused_by_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HighlanderExtension.builder().patience(Duration.ZERO))
                .withMessageContaining("patience of PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HighlanderExtension.builder().lease(Duration.ofMillis(1)))
                .withMessageContaining("lease of PT0.001S");
    }

    @Test
    void a_child_that_ignores_its_interrupts_fails_its_test() {
        Deaf.release = new CountDownLatch(1);
        try {
            failuresOf(Deaf.class)
                    .assertThatEvents()
                    .haveExactly(
                            1,
                            event(
                                    test("leaves"),
                                    finishedWithFailure(
                                            instanceOf(AssertionError.class),
                                            message(text -> text.contains("The child child of singleton child")
                                                    && text.contains("has ignored its kill")))));
        } finally {
            Deaf.release.countDown();
        }
    }

    @Test
    void a_thread_that_a_child_leaves_behind_fails_its_test() {
        Leaking.release = new CountDownLatch(1);
        try {
            failuresOf(Leaking.class)
                    .assertThatEvents()
                    .haveExactly(
                            1,
                            event(
                                    test("leaves"),
                                    finishedWithFailure(
                                            instanceOf(AssertionError.class),
                                            message(text -> text.startsWith("The thread left-behind, which")))));
        } finally {
            Leaking.release.countDown();
        }
    }

    @Test
    void what_a_test_leaves_open_is_closed_and_is_no_failure() throws Exception {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Open.class))
                .execute()
                .testEvents()
                .assertStatistics(stats -> stats.succeeded(1).failed(0));
        assertThat(Open.last.closed().toCompletableFuture().get(20, TimeUnit.SECONDS))
                .isNotNull();
        assertThat(Open.locks.condition().phase()).isEqualTo(Condition.Phase.CLOSED);
    }

    @Test
    void tests_in_parallel_have_nodes_of_their_own() {
        InParallel.seen.clear();
        InParallel.all = new CountDownLatch(2);
        EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
                .selectors(selectClass(InParallel.class))
                .execute()
                .testEvents()
                .assertStatistics(stats -> stats.succeeded(2).failed(0));
        assertThat(InParallel.seen).hasSize(2);
    }

    private static Events failuresOf(Class<?> sample) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(sample))
                .execute()
                .testEvents()
                .failed();
    }

    /** Run by a test above only: their names are no test classes' names. */
    static class Deaf {
        static CountDownLatch release = new CountDownLatch(0);

        @RegisterExtension
        static final HighlanderExtension HIGHLANDER =
                HighlanderExtension.builder().patience(Duration.ofMillis(300)).build();

        @Test
        void leaves(Highlander highlander) throws Exception {
            Singleton one = highlander.start(ChildSpec.task("child", () -> {
                while (release.getCount() > 0) {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        // deaf
                    }
                }
            }));
            assertThat(one.awaitRunning(SOON)).isTrue();
        }
    }

    static class Leaking {
        static CountDownLatch release = new CountDownLatch(0);

        @RegisterExtension
        static final HighlanderExtension HIGHLANDER =
                HighlanderExtension.builder().patience(Duration.ofMillis(300)).build();

        @Test
        void leaves(Highlander highlander) throws Exception {
            Singleton one = highlander.start(ChildSpec.task("child", () -> {
                Thread thread = new Thread(
                        () -> {
                            try {
                                release.await();
                            } catch (InterruptedException e) {
                                // ends
                            }
                        },
                        "left-behind");
                thread.start();
                untilInterrupted();
            }));
            assertThat(one.awaitRunning(SOON)).isTrue();
        }
    }

    @HighlanderTest
    static class Open {
        static Singleton last;
        static Locks locks;

        @Test
        void leaves(Highlander highlander, FakeLocks mine) throws Exception {
            locks = mine;
            last = highlander.start(loop());
            assertThat(last.awaitRunning(SOON)).isTrue();
        }
    }

    @HighlanderTest
    @Execution(ExecutionMode.CONCURRENT)
    static class InParallel {
        static final Set<FakeLocks> seen = ConcurrentHashMap.newKeySet();
        static CountDownLatch all = new CountDownLatch(0);

        @Test
        void one(Highlander highlander, FakeLocks locks) throws Exception {
            together(highlander, locks);
        }

        @Test
        void other(Highlander highlander, FakeLocks locks) throws Exception {
            together(highlander, locks);
        }

        /** Both run the same key at once. */
        private static void together(Highlander highlander, FakeLocks locks) throws Exception {
            seen.add(locks);
            Singleton one = highlander.start(loop());
            assertThat(one.awaitRunning(SOON)).isTrue();
            all.countDown();
            assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(one.state()).isEqualTo(State.RUNNING);
        }
    }
}
