package dev.highlander.supervisor;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Whose threads a child's code runs on, what they are called, their class loader, and what becomes of what they throw. */
class ThreadsOfChildrenTest {
    private final CountDownLatch never = new CountDownLatch(1);
    private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final ClassLoader mine = new URLClassLoader(new URL[0], null);

    private void tell(String what) {
        Thread thread = Thread.currentThread();
        threads.add(thread);
        told.add(what + " on " + thread.getName()
                + (thread.getContextClassLoader() == mine ? " with mine" : " with another's"));
    }

    private String next() throws InterruptedException {
        String word = told.poll(20, SECONDS);
        return word == null ? "nothing" : word;
    }

    private ChildSpec task(String id) {
        return ChildSpec.task(id, () -> {
            tell("run");
            never.await();
        });
    }

    private ChildSpec service(String id, CompletionStage<?> death) {
        return ChildSpec.service(id, new Service<String>() {
            @Override
            public String start() {
                tell("start");
                return "";
            }

            @Override
            public void stop(String started, StopReason why) {
                tell("stop");
            }

            @Override
            public CompletionStage<?> ended(String started) {
                return death;
            }
        });
    }

    private ChildSpec child(String id) {
        return ChildSpec.of(id, () -> {
            tell("start");
            CompletableFuture<Exit> ended = new CompletableFuture<>();
            return new Child() {
                @Override
                public CompletionStage<Exit> ended() {
                    return ended;
                }

                @Override
                public void stop(StopReason why, long killBy) {
                    tell("stop");
                }

                @Override
                public void kill(StopReason why) {
                    tell("kill");
                    ended.complete(Exit.stopped());
                }
            };
        });
    }

    /** Made where {@link #mine} is the context class loader, as by a server that deploys an application. */
    private SupervisorSpec deployed(CompletionStage<?> death) {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        current.setContextClassLoader(mine);
        try {
            return oneForOne(
                    task("a"),
                    ChildSpec.tree("inner", oneForOne(service("b", death))),
                    child("c").shutdown(Shutdown.grace(Duration.ofMillis(1))));
        } finally {
            current.setContextClassLoader(before);
        }
    }

    private void startsAndStopsWithMine(SupervisorSpec spec) throws Exception {
        Supervisor app = spec.start();
        assertThat(List.of(next(), next(), next()))
                .containsExactlyInAnyOrder(
                        "run on a with mine", "start on b-start with mine", "start on c-start with mine");
        app.close();
        assertThat(List.of(next(), next(), next()))
                .containsExactly("stop on c-stop with mine", "kill on c-kill with mine", "stop on b-stop with mine");
    }

    @Test
    void theirNamesTellTheChildAndTheirContextClassLoaderIsThatOfWhoeverMadeTheSpec() throws Exception {
        SupervisorSpec spec = deployed(new CompletableFuture<>());
        startsAndStopsWithMine(spec);
        assertThat(threads).allMatch(Thread::isDaemon);
    }

    @Test
    void itIsNotThatOfTheThreadThatHasFoundAServiceDead() throws Exception {
        CompletableFuture<String> death = new CompletableFuture<>();
        try (Supervisor app =
                deployed(death).maxRestarts(0, Duration.ofSeconds(1)).start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(next()).endsWith("with mine");
            }
            Thread pool = new Thread(() -> death.completeExceptionally(new IllegalStateException("died")), "pool");
            pool.setContextClassLoader(null);
            pool.start();
            assertThat(next()).isEqualTo("stop on b-stop with mine");
            assertThat(app.ended()).isNotNull();
        }
    }

    private static ThreadFactory counting(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + count.getAndIncrement());
            thread.setContextClassLoader(null);
            thread.setDaemon(false);
            return thread;
        };
    }

    @Test
    void aFactoryMakesTheThreadsOfEachKindOfChildAsItLikes() throws Exception {
        SupervisorSpec inner =
                oneForOne(service("b", new CompletableFuture<>()), task("own").threads(counting("own")));
        SupervisorSpec spec = oneForOne(
                task("a").threads(counting("a")),
                ChildSpec.tree("inner", inner).threads(counting("tree")),
                child("c").threads(counting("c")).shutdown(Shutdown.kill()));
        Supervisor app = spec.start();
        assertThat(List.of(next(), next(), next(), next()))
                .containsExactlyInAnyOrder(
                        "run on a1 with another's",
                        "start on tree1 with another's",
                        "run on own1 with another's",
                        "start on c0 with another's");
        app.close();
        assertThat(List.of(next(), next()))
                .containsExactly("kill on c1 with another's", "stop on tree2 with another's");
        assertThat(threads).noneMatch(Thread::isDaemon);
    }

    @Test
    void theThreadGivenWithATaskIsTheSame() throws Exception {
        ChildSpec task = ChildSpec.task("a", counting("a"), () -> tell("run"));
        task.start().start();
        assertThat(next()).isEqualTo("run on a0 with another's");
        try (Supervisor app = oneForOne(task.restart(Restart.NEVER)).start()) {
            assertThat(next()).isEqualTo("run on a2 with another's");
            assertThat(app.ended()).isNotNull();
        }
    }

    @Test
    void aFactoryThatMakesNoThreadOrThrowsFailsTheStart() {
        assertThatNullPointerException().isThrownBy(() -> task("a").threads(null));
        assertThatExceptionOfType(StartFailedException.class)
                .isThrownBy(() -> oneForOne(task("a").threads(work -> null)).start())
                .withStackTraceContaining("The thread factory returned null");
        assertThatExceptionOfType(StartFailedException.class)
                .isThrownBy(() -> oneForOne(
                                service("a", new CompletableFuture<>()).threads(work -> {
                                    throw new OutOfMemoryError("unable to create native thread");
                                }))
                        .start())
                .withStackTraceContaining("unable to create native thread");
    }

    @Test
    void whatAChildThrowsIsInItsExitAndInTheLog() throws Exception {
        BlockingQueue<Throwable> logged = new LinkedBlockingQueue<>();
        Handler listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                if (line.getThrown() != null) {
                    logged.add(line.getThrown());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger log = Logger.getLogger("dev.highlander.supervisor");
        log.addHandler(listener);
        try {
            LinkageError first = new LinkageError("no such method");
            ChildSpec dies = ChildSpec.task("dies", () -> {
                        throw first;
                    })
                    .restart(Restart.NEVER);
            IllegalStateException second = new IllegalStateException("when asked to end");
            ChildSpec grumbles = ChildSpec.task("grumbles", () -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw second;
                }
            });
            CompletableFuture<String> death = new CompletableFuture<>();
            ChildSpec service = service("service", death).restart(Restart.NEVER);
            IllegalStateException third = new IllegalStateException("its connection was reset");
            try (Supervisor app = oneForOne(grumbles, dies, service).start()) {
                assertThat(logged.poll(20, SECONDS)).isSameAs(first);
                death.completeExceptionally(third);
                assertThat(logged.poll(20, SECONDS)).isSameAs(third);
                assertThat(app.ended()).isNotNull();
            }
            assertThat(logged.poll(20, SECONDS)).isSameAs(second);
        } finally {
            log.removeHandler(listener);
        }
    }
}
