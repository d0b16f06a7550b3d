package dev.highlander.testkit;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.lock.StuckChildException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The node of one test, and the end of all that it has started. */
final class OneNode {
    /** Longer than any grace but "for ever", and the wait for a kill. */
    private static final Duration PAST_EVERY_GRACE = Duration.ofDays(1);

    /** Whatever a child starts is in it too, so that tests in parallel don't see each other's threads. */
    private final ThreadGroup threads;

    private final Duration patience;
    final ManualTime time;
    final FakeLocks locks;
    final Highlander highlander;

    OneNode(String test, HighlanderExtension.Builder settings) {
        this.threads = new ThreadGroup("children of " + test);
        this.patience = settings.patience;
        this.time = ManualTime.running(work -> new Thread(threads, work));
        this.locks = settings.lease
                .map(lease -> FakeLocks.withLease(time, lease))
                .orElseGet(() -> FakeLocks.withoutLease(time));
        this.highlander = Highlander.with(locks).withoutShutdownHook();
        if (settings.automatic) {
            locks.automatic();
        }
    }

    /** Closes what is open; throws one error for all that would not end. */
    void close() {
        List<Throwable> failures = new ArrayList<>();
        List<Closing> closing =
                highlander.singletons().stream().map(Closing::new).toList();
        closing.forEach(Closing::begin);
        if (!closing.stream().map(each -> each.awaitEnd(patience)).reduce(true, Boolean::logicalAnd)) {
            time.advance(PAST_EVERY_GRACE); // so that they are killed, and called stuck
        }
        closing.forEach(each -> each.collect(failures, patience));
        leaked(failures);
        collect(failures, locks::close);
        collect(failures, time::close);
        if (!failures.isEmpty()) {
            AssertionError first = failures.get(0) instanceof AssertionError error
                    ? error
                    : new AssertionError(failures.get(0).getMessage(), failures.get(0));
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private static void collect(List<Throwable> failures, Runnable end) {
        try {
            end.run();
        } catch (StuckChildException e) {
            // Its singleton has said so.
        } catch (RuntimeException | AssertionError e) {
            failures.add(e);
        }
    }

    /** Threads that the test's children have left behind. */
    private void leaked(List<Throwable> failures) {
        long end = System.nanoTime() + patience.toNanos();
        for (Thread thread : alive()) {
            try {
                thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        for (Thread thread : alive()) {
            AssertionError leak = new AssertionError("The thread " + thread.getName()
                    + ", which a child has started, still runs after the test. Its stack is below: end it when the child"
                    + " is stopped.");
            leak.setStackTrace(thread.getStackTrace());
            failures.add(leak);
        }
    }

    private List<Thread> alive() {
        Thread[] found = new Thread[threads.activeCount() + 64];
        int count = threads.enumerate(found);
        return Arrays.stream(found, 0, count)
                .filter(Objects::nonNull)
                .filter(Thread::isAlive)
                .toList();
    }

    /** The end of one singleton, on a thread of its own: it waits for the child. */
    private static final class Closing {
        private final Singleton singleton;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Closing(Singleton singleton) {
            this.singleton = singleton;
        }

        void begin() {
            Thread closer = new Thread(
                    () -> {
                        try {
                            singleton.close();
                            done.complete(null);
                        } catch (Throwable t) {
                            done.completeExceptionally(t);
                        }
                    },
                    "closer of " + singleton.key());
            closer.setDaemon(true);
            closer.start();
        }

        boolean awaitEnd(Duration patience) {
            try {
                done.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } catch (ExecutionException e) {
                // collected later
            }
            return true;
        }

        void collect(List<Throwable> failures, Duration patience) {
            if (!awaitEnd(patience)) {
                failures.add(new AssertionError("The singleton " + singleton.key() + " could not be closed: its child "
                        + singleton.whichChildren().get(0).id() + " has not ended."));
                return;
            }
            try {
                done.getNow(null);
            } catch (RuntimeException e) {
                Throwable why = e.getCause() == null ? e : e.getCause();
                if (!(why instanceof StuckChildException) || !endsAfterAll(patience)) {
                    failures.add(why);
                }
            }
        }

        /** It may have been called stuck while the test's clock ran ahead of the child, which is about to end. */
        private boolean endsAfterAll(Duration patience) {
            try {
                var unused = singleton.closed().toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException | ExecutionException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
