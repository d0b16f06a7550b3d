package dev.highlander.testkit;

import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when it is told to. It begins at one second, on the first of January 2026.
 *
 * <p>The work of all agendas is done, one piece at a time, by the thread that calls {@link #advance}, {@link
 * #runUntilIdle} or {@link #runUntil}, in the order given; timers that are due come first, the earliest first. Work that
 * throws makes that call throw.
 *
 * <p>Forked work is done in the same way, unless this was made {@linkplain #withThreads() with threads}: needed for
 * children that block. One that is {@linkplain #running() running} does all work as it comes, on a thread of its own, so
 * that a test can wait as usual; only timers wait for the clock to be turned.
 */
public final class ManualTime implements Time, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CIRCLES = 1_000_000;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final @Nullable ThreadFactory threads;
    /** Held by whoever does the work, so that it is done one piece at a time. */
    private final ReentrantLock turning = new ReentrantLock();

    // Guarded by this.
    private boolean closed;
    private @Nullable Throwable failure;
    private final ArrayDeque<Todo> work = new ArrayDeque<>();
    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong((Due due) -> due.at).thenComparingLong(due -> due.order));
    private long nanos = 1_000_000_000L;
    private long leap;
    private long order;
    private @Nullable Thread runner;
    private @Nullable ManualAgenda current;

    private ManualTime(@Nullable ThreadFactory threads) {
        this.threads = threads;
    }

    /** Where forked work is done by the thread that turns the clock; it must not block. */
    public static ManualTime create() {
        return new ManualTime(null);
    }

    /** Where forked work is done at once, on threads of its own; it may block. */
    public static ManualTime withThreads() {
        return new ManualTime(Thread::new);
    }

    /**
     * Where work is done as it comes, by a thread that ends with {@link #close}, and forked work on threads of its own.
     * What is due later is done by whoever turns the clock.
     */
    public static ManualTime running() {
        return running(Thread::new);
    }

    /** With forked work on threads of that making. */
    static ManualTime running(ThreadFactory threads) {
        ManualTime time = new ManualTime(threads);
        Thread worker = new Thread(time::work, "manual-time");
        worker.setDaemon(true);
        worker.start();
        return time;
    }

    @Override
    public synchronized long nanos() {
        return nanos;
    }

    @Override
    public synchronized long leap() {
        return leap;
    }

    @Override
    public synchronized Instant instant() {
        return START.plusNanos(nanos - 1_000_000_000L + leap);
    }

    @Override
    public Agenda agenda(String name) {
        return new ManualAgenda(name);
    }

    @Override
    public Fork fork(String name, Runnable task) {
        if (threads != null) {
            Thread thread = threads.newThread(task);
            thread.setName(name);
            thread.setDaemon(true);
            thread.start();
            return thread::interrupt;
        }
        InlineFork fork = new InlineFork(task);
        add(null, fork);
        return fork;
    }

    /** Lets {@code duration} pass: does what is due meanwhile, each at its own instant, and then what there is to do. */
    public void advance(Duration duration) {
        turning.lock();
        try {
            long end = Time.plus(nanos(), duration.toNanos());
            runUntilIdle();
            while (step(end)) {
                runUntilIdle();
            }
            synchronized (this) {
                nanos = end;
            }
            runUntilIdle();
        } finally {
            turning.unlock();
        }
    }

    /** Does what there is to do now, without any time passing. */
    public void runUntilIdle() {
        turning.lock();
        try {
            Todo next = take();
            for (int done = 0; next != null; done++) {
                if (done == CIRCLES) {
                    throw new AssertionError("After " + CIRCLES + " pieces of work, all at " + nanos()
                            + " ns, there is still more: something goes in circles.");
                }
                run(next);
                next = take();
            }
        } finally {
            turning.unlock();
        }
    }

    /** What a running time does until it is closed. */
    private void work() {
        while (awaitWork()) {
            try {
                runUntilIdle();
            } catch (Throwable t) {
                synchronized (this) {
                    failure = failure == null ? t : failure;
                }
            }
        }
    }

    /** False once closed. */
    private synchronized boolean awaitWork() {
        while (!closed && work.isEmpty() && !isTimerDue()) {
            try {
                wait();
            } catch (InterruptedException e) {
                // Only foreign code that meddles could: go on.
            }
        }
        return !closed;
    }

    private boolean isTimerDue() {
        Due due = timers.peek();
        return due != null && due.at <= nanos;
    }

    /**
     * Ends the thread of a {@linkplain #running() running} time; else it does nothing. Idempotent.
     *
     * @throws AssertionError if work that this thread did has thrown
     */
    @Override
    public void close() {
        Throwable thrown;
        synchronized (this) {
            closed = true;
            notifyAll();
            thrown = failure;
            failure = null;
        }
        if (thrown != null) {
            throw new AssertionError("Work on an agenda has thrown.", thrown);
        }
    }

    /**
     * Does what there is to do now, and what other threads add to it, until {@code wanted}, without any time passing.
     *
     * @throws AssertionError if it does not come within twenty real seconds
     */
    public void runUntil(BooleanSupplier wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            runUntilIdle();
            if (wanted.getAsBoolean()) {
                return;
            }
            synchronized (this) {
                if (work.isEmpty()) {
                    if (System.nanoTime() > end) {
                        throw new AssertionError("What was waited for did not come within " + PATIENCE + ".");
                    }
                    await();
                }
            }
        }
    }

    /** What is wanted may come without any work for us, so this looks again after a moment. */
    @SuppressWarnings("WaitNotInLoop")
    private void await() {
        try {
            wait(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting.", e);
        }
    }

    /** The machine sleeps for {@code duration}: the wall clock goes on, timers and {@link #nanos()} do not. */
    public void leap(Duration duration) {
        synchronized (this) {
            leap = Time.plus(leap, duration.toNanos());
        }
        runUntilIdle();
    }

    /** Goes to the next timer that is due by {@code end}. */
    private synchronized boolean step(long end) {
        Due due = timers.peek();
        if (due == null || due.at > end) {
            return false;
        }
        nanos = Math.max(nanos, due.at);
        return true;
    }

    private synchronized @Nullable Todo take() {
        if (isTimerDue()) {
            Due due = timers.remove();
            return new Todo(due.agenda, due.task);
        }
        return work.poll();
    }

    private void run(Todo todo) {
        Thread outerRunner;
        ManualAgenda outer;
        synchronized (this) {
            outerRunner = runner;
            outer = current;
            runner = Thread.currentThread();
            current = todo.agenda;
        }
        try {
            todo.task.run();
        } finally {
            synchronized (this) {
                runner = outerRunner;
                current = outer;
            }
        }
    }

    private synchronized void add(@Nullable ManualAgenda agenda, Runnable task) {
        work.add(new Todo(agenda, task));
        notifyAll();
    }

    /** Work to do now; that of a fork is on no agenda. */
    private record Todo(@Nullable ManualAgenda agenda, Runnable task) {}

    /** Forked work that the clock's turner does. */
    private static final class InlineFork implements Fork, Runnable {
        private final Runnable task;
        private boolean interrupted;
        private @Nullable Thread running;

        InlineFork(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            synchronized (this) {
                running = Thread.currentThread();
                if (interrupted) {
                    running.interrupt();
                }
            }
            try {
                task.run();
            } finally {
                synchronized (this) {
                    running = null;
                    boolean unused = interrupted && Thread.interrupted();
                }
            }
        }

        @Override
        public synchronized void interrupt() {
            interrupted = true;
            if (running != null) {
                running.interrupt();
            }
        }
    }

    private final class ManualAgenda implements Agenda {
        private final String name;
        private boolean closed; // guarded by the time

        ManualAgenda(String name) {
            this.name = name;
        }

        @Override
        public void execute(Runnable task) {
            synchronized (ManualTime.this) {
                if (!closed) {
                    add(this, task);
                }
            }
        }

        @Override
        public Timer at(long at, Runnable task) {
            synchronized (ManualTime.this) {
                Due due = new Due(at, order++, this, task);
                if (!closed) {
                    timers.add(due);
                    ManualTime.this.notifyAll();
                }
                return due;
            }
        }

        @Override
        public boolean isCurrent() {
            synchronized (ManualTime.this) {
                return current == this && runner == Thread.currentThread();
            }
        }

        @Override
        public void close() {
            synchronized (ManualTime.this) {
                closed = true;
                work.removeIf(todo -> todo.agenda == this);
                timers.removeIf(due -> due.agenda == this);
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Work that waits for its time. */
    private final class Due implements Agenda.Timer {
        private final long at;
        private final long order;
        private final ManualAgenda agenda;
        private final Runnable task;

        Due(long at, long order, ManualAgenda agenda, Runnable task) {
            this.at = at;
            this.order = order;
            this.agenda = agenda;
            this.task = task;
        }

        @Override
        public void cancel() {
            synchronized (ManualTime.this) {
                timers.remove(this);
            }
        }
    }
}
