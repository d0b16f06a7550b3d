package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Key;
import dev.highlander.lock.LocalLocks;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Node;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.ChildType;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.StopReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole singletons on real locks and real threads. */
class SingletonsOnOneMachineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size(); i > 0; i--) {
            opened.get(i - 1).close();
        }
    }

    @Test
    void A1_one_of_many_nodes_runs_the_child_and_another_takes_over() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        BlockingQueue<String> started = new LinkedBlockingQueue<>();
        List<Singleton> singletons = new ArrayList<>();
        for (String node : List.of("a", "b", "c", "d", "e")) {
            singletons.add(start(node, ChildSpec.task("mail-relay", () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                started.add(node);
                try {
                    Stage.loop();
                } finally {
                    running.decrementAndGet();
                }
            })));
        }

        Set<String> ran = new HashSet<>();
        for (int left = singletons.size(); left > 0; left--) {
            String node = next(started);
            ran.add(node);
            Singleton holder = singletons.get("abcde".indexOf(node));
            assertThat(holder.awaitRunning(PATIENCE)).isTrue();
            assertThat(singletons.stream().filter(s -> s.state().hasChild())).containsExactly(holder);
            holder.close();
        }

        assertThat(ran).hasSize(5);
        assertThat(most).hasValue(1);
        assertThat(started).isEmpty();
    }

    @Test
    void A2_different_keys_run_at_once_on_one_node_and_on_several() throws Exception {
        Locks shared = locks("a");
        Singleton one = opened(Highlander.with(shared).start(ChildSpec.task("one", Stage::loop)));
        Singleton two = opened(Highlander.with(shared).start(ChildSpec.task("two", Stage::loop)));
        Singleton three = start("b", ChildSpec.task("three", Stage::loop));

        assertThat(one.awaitRunning(PATIENCE)).isTrue();
        assertThat(two.awaitRunning(PATIENCE)).isTrue();
        assertThat(three.awaitRunning(PATIENCE)).isTrue();
        assertThat(List.of(one.state(), two.state(), three.state())).containsOnly(State.RUNNING);
    }

    @Test
    void A3_the_key_is_the_childs_id_unless_one_is_given() {
        assertThat(start("a", ChildSpec.task("mail-relay", Stage::loop)).key()).isEqualTo(Key.of("mail-relay"));
        Singleton given =
                opened(Highlander.with(locks("a")).start(Key.number(42), ChildSpec.task("mail-relay", Stage::loop)));
        assertThat(given.key()).isEqualTo(Key.number(42));
    }

    @Test
    void A3_the_key_is_logged_at_debug_when_a_singleton_starts() throws Exception {
        BlockingQueue<String> logged = new LinkedBlockingQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                logged.add(record.getLevel() + " " + new java.util.logging.SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.highlander");
        logger.setLevel(Level.FINE);
        logger.addHandler(handler);
        try {
            opened(Highlander.with(locks("a")).start(Key.of("the-key"), ChildSpec.task("the-child", Stage::loop)));
            String line = next(logged);
            while (!line.contains("the-key")) { // other tests may still be logging
                line = next(logged);
            }
            assertThat(line).startsWith("FINE").contains("the-child");
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
    }

    @Test
    void A5_two_singletons_of_one_key_in_one_jvm_exclude_each_other() throws Exception {
        Locks shared = locks("a");
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ChildSpec child = ChildSpec.task("child", () -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                Stage.loop();
            } finally {
                running.decrementAndGet();
            }
        });
        Highlander highlander = Highlander.with(shared);
        Singleton first = opened(highlander.start(child));
        assertThat(first.awaitRunning(PATIENCE)).isTrue();
        Singleton sameHighlander = opened(highlander.start(child));
        Singleton sameLocks = opened(Highlander.with(shared).start(child));
        Singleton later = opened(highlander.start(ChildSpec.task("later", Stage::loop)));
        assertThat(later.awaitRunning(PATIENCE)).isTrue(); // by now the others have been tried as well

        assertThat(List.of(sameHighlander.state(), sameLocks.state())).containsOnly(State.STANDBY);

        first.close();
        sameHighlander.close();
        assertThat(sameLocks.awaitRunning(PATIENCE)).isTrue();
        assertThat(most).hasValue(1);
    }

    @Test
    void B6_normal_completion_is_not_remembered_and_the_next_node_runs_it() throws Exception {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        Singleton first = start("a", ChildSpec.task("once", () -> ran.add("a")).restart(Restart.NEVER));
        assertThat(first.closed()
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS)
                        .kind())
                .isEqualTo(Exit.Kind.COMPLETED);

        Singleton second = start("b", ChildSpec.task("once", () -> ran.add("b")).restart(Restart.NEVER));
        second.closed().toCompletableFuture().get(20, TimeUnit.SECONDS);

        assertThat(ran).containsExactly("a", "b");
    }

    @Test
    void C8_start_returns_at_once_and_whoever_wants_to_wait_can() throws Exception {
        Singleton holder = start("a", ChildSpec.task("child", Stage::loop));
        assertThat(holder.awaitRunning(PATIENCE)).isTrue();

        Singleton waiter = start("b", ChildSpec.task("child", Stage::loop));

        assertThat(waiter.state()).isEqualTo(State.STANDBY);
        assertThat(waiter.awaitRunning(Duration.ZERO)).isFalse();
        holder.close();
        assertThat(waiter.awaitRunning(PATIENCE)).isTrue();
        waiter.close();
        assertThat(waiter.awaitRunning(PATIENCE)).as("closed meanwhile").isFalse();
    }

    @Test
    void F1_a_wrapped_child_differs_from_a_bare_one_by_one_call() throws Exception {
        BlockingQueue<String> started = new LinkedBlockingQueue<>();
        ChildSpec bare = ChildSpec.task("mail-relay", () -> {
            started.add("started");
            Stage.loop();
        });
        Highlander here = Highlander.with(locks("a"));
        Highlander there = Highlander.with(locks("b"));
        ChildSpec wrapped = here.wrap(bare.restart(Restart.ON_FAILURE));
        assertThat(wrapped.id()).isEqualTo("mail-relay");
        assertThat(wrapped.restart()).isEqualTo(Restart.ON_FAILURE);
        assertThat(wrapped.shutdown()).isEqualTo(bare.shutdown());

        Child runs = wrapped.start().start();
        next(started);
        Child stands = there.wrap(bare).start().start();
        assertThat(stands.children()).containsExactly(new ChildInfo("mail-relay", ChildType.WORKER, false));
        assertThat(runs.children()).containsExactly(new ChildInfo("mail-relay", ChildType.WORKER, true));

        runs.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        assertThat(runs.ended().toCompletableFuture().get(20, TimeUnit.SECONDS).kind())
                .isEqualTo(Exit.Kind.STOPPED);
        next(started);
        stands.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        stands.ended().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void F1_a_wrapped_child_that_ends_by_itself_ends_its_wrapper_and_frees_the_key() throws Exception {
        Locks locks = locks("a");
        ChildSpec fails = Highlander.with(locks).wrap(ChildSpec.task("child", () -> {
            throw new IllegalStateException("on purpose");
        }));

        for (int i = 0; i < 3; i++) { // as often as a supervisor likes
            Exit exit = fails.start().start().ended().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(exit.kind()).isEqualTo(Exit.Kind.FAILED);
            assertThat(exit.cause().orElseThrow()).hasMessage("on purpose");
        }
        assertThat(locks.holder(Key.of("child")).toCompletableFuture().get()).isEmpty();
    }

    private static String next(BlockingQueue<String> queue) throws InterruptedException {
        String next = queue.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("something within %s", PATIENCE).isNotNull();
        return next;
    }

    private <T extends AutoCloseable> T opened(T what) {
        opened.add(what);
        return what;
    }

    private LocalLocks locks(String node) {
        return opened(
                LocalLocks.builder().directory(directory).node(Node.named(node)).open());
    }

    private Singleton start(String node, ChildSpec child) {
        return opened(Highlander.with(locks(node)).start(child));
    }
}
