package dev.highlander.postgres;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Highlander;
import dev.highlander.Reason;
import dev.highlander.Transition;
import dev.highlander.WhenStuck;
import dev.highlander.lock.Key;
import dev.highlander.supervisor.Supervisor;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Supervisors over children that are wrapped on a real Postgres. */
final class RestartsOnPostgresTest {
    private static final Key KEY = Key.of("relay");

    private final Nodes nodes = new Nodes();
    private final BlockingQueue<String> started = new LinkedBlockingQueue<>();
    private final Queue<Transition> heard = new ConcurrentLinkedQueue<>();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    /** Its child is restarted in place twice an hour at most; its supervisor bears no end at all. */
    private Supervisor app(String node, boolean crashes) throws Exception {
        PostgresLocks locks = nodes.open(node);
        Highlander highlander = Highlander.with(locks)
                .whenStuck(WhenStuck.REPORT)
                .restartInPlace(2, Duration.ofHours(1))
                .standAside(Duration.ofHours(1))
                .listener(heard::add);
        return oneForOne(highlander.wrap(KEY, highlander.task("relay", term -> {
                    started.add(term.node() + " " + term.token());
                    if (crashes) {
                        throw new IllegalStateException("on purpose");
                    }
                    new CountDownLatch(1).await();
                })))
                .maxRestarts(0, Duration.ofHours(1))
                .start();
    }

    private String next() throws InterruptedException {
        String next = started.poll(Nodes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a child was started").isNotNull();
        return next;
    }

    @Test
    void B7_B8_a_child_that_crash_loops_on_one_node_keeps_its_token_and_then_runs_on_another() throws Exception {
        try (Supervisor bad = app("bad", true)) {
            String first = next();
            assertThat(List.of(next(), next()))
                    .as("restarted under the same term")
                    .containsOnly(first);

            try (Supervisor good = app("good", false)) {
                assertThat(next()).startsWith("good ");
                assertThat(bad.ended().toCompletableFuture()).isNotDone();
                assertThat(good.ended().toCompletableFuture()).isNotDone();
                assertThat(heard)
                        .filteredOn(transition -> transition.node().equals("bad"))
                        .extracting(Transition::reason)
                        .endsWith(Reason.CRASH_LOOP);
            }
        }
        assertThat(started).isEmpty();
    }

    @Test
    void C6_sessions_that_end_again_and_again_use_up_no_restarts() throws Exception {
        try (Supervisor app = app("a", false)) {
            String before = next();
            for (int i = 0; i < 5; i++) {
                nodes.terminate("a");
                String after = next();
                assertThat(after).as("another term").isNotEqualTo(before);
                before = after;
            }
            assertThat(app.ended().toCompletableFuture()).isNotDone();
            assertThat(heard).extracting(Transition::reason).doesNotContain(Reason.CRASH_LOOP, Reason.FAILED);
        }
    }
}
