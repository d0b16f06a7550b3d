package dev.highlander.supervisor;

import static dev.highlander.supervisor.ChildSpec.tree;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trees that are started, called from many threads, broken and closed at once, on real threads. */
class SupervisorStressTest {
    private static final int ROUNDS = 300;
    private static final String OURS = "stress";
    private static final Logger LOG = Logger.getLogger("dev.highlander.supervisor");

    private final CountDownLatch never = new CountDownLatch(1);

    @BeforeAll
    static void saysNothingOfTheManyFailures() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speaksAgain() {
        LOG.setLevel(null);
    }

    @Test
    void C7_nothingDeadlocksAndNoThreadIsLeft() throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(4, work -> new Thread(work, "user"));
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Supervisor app;
                try {
                    app = start(new Random(round));
                } catch (StartFailedException e) {
                    continue; // gave up before all were started
                }
                List<Future<Void>> calls = new ArrayList<>();
                for (int user = 0; user < 4; user++) {
                    calls.add(users.submit(user(app, new Random(round * 4L + user), user == 0)));
                }
                for (Future<Void> call : calls) {
                    call.get(30, SECONDS);
                }
                assertThat(app.ended().toCompletableFuture().get(30, SECONDS)).isNotNull();
                assertThat(app.countChildren().active()).isZero();
            }
        } finally {
            users.shutdownNow();
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().contains(OURS)) {
                thread.join(20_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    private Supervisor start(Random random) throws InterruptedException {
        SupervisorSpec inner = Supervisor.restForOne(worker(random, "x"), worker(random, "y"));
        ChildSpec[] children = {worker(random, "a"), tree(OURS + "-inner", inner), worker(random, "b")};
        SupervisorSpec outer = switch (random.nextInt(3)) {
            case 0 -> Supervisor.oneForOne(children);
            case 1 -> Supervisor.oneForAll(children);
            default -> Supervisor.restForOne(children);
        };
        return outer.name(OURS)
                .maxRestarts(random.nextInt(20), Duration.ofSeconds(5))
                .start();
    }

    private ChildSpec worker(Random random, String id) {
        boolean fails = random.nextInt(4) == 0;
        return ChildSpec.task(OURS + "-" + id, () -> {
                    if (fails) {
                        throw new IllegalStateException("on purpose");
                    }
                    never.await();
                })
                .restart(List.of(Restart.values()).get(random.nextInt(3)))
                .shutdown(random.nextBoolean() ? Shutdown.kill() : Shutdown.DEFAULT);
    }

    private Callable<Void> user(Supervisor app, Random random, boolean closes) {
        return () -> {
            for (int i = 0; i < 10; i++) {
                try {
                    String id = OURS + "-" + "abz".charAt(random.nextInt(3));
                    switch (random.nextInt(4)) {
                        case 0 -> app.add(worker(random, "z"));
                        case 1 -> app.terminate(id);
                        case 2 -> app.restart(id);
                        default -> app.delete(id);
                    }
                } catch (IllegalArgumentException | IllegalStateException | StartFailedException e) {
                    assertThat(e.getMessage()).contains(OURS); // refused, since another was faster
                }
            }
            if (closes) {
                app.close();
            }
            return null;
        };
    }
}
