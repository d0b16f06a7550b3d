package dev.highlander.time;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** An agenda on a daemon thread of its own. */
final class ThreadAgenda implements Agenda, Runnable {
    private final Time time;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Runnable> work = new ArrayDeque<>();
    /** A tree, since most timers are cancelled: out of a heap that takes a search. */
    private final TreeSet<Due> timers =
            new TreeSet<>(Comparator.comparingLong((Due d) -> d.at).thenComparingLong(d -> d.order));

    private long order;
    private boolean closed;

    ThreadAgenda(Time time, String name) {
        this.time = time;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (!closed) {
                work.add(task);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Timer at(long nanos, Runnable task) {
        lock.lock();
        try {
            Due due = new Due(nanos, order++, task);
            if (!closed) {
                timers.add(due);
                if (timers.first() == due) {
                    changed.signal();
                }
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.clear();
            timers.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        for (Runnable next = take(); next != null; next = take()) {
            try {
                next.run();
            } catch (Throwable t) {
                report(t);
            }
        }
    }

    /** An agenda carries watchdogs: neither a broken piece of work nor a broken handler may end it. */
    private void report(Throwable broken) {
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, broken);
        } catch (Throwable ignored) {
            // Nobody is left to be told; the same as the JVM does for a thread's last words.
        }
    }

    /** Timers that are due come first: a flood of work must not hold up a deadline. */
    private @Nullable Runnable take() {
        lock.lock();
        try {
            while (!closed) {
                Due due = timers.isEmpty() ? null : timers.first();
                long wait = due == null ? Long.MAX_VALUE : due.at - time.nanos();
                if (due != null && wait <= 0) {
                    timers.remove(due);
                    return due.task;
                }
                Runnable next = work.poll();
                if (next != null) {
                    return next;
                }
                await(wait);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Woken early or for nothing, the caller looks again. */
    @SuppressWarnings("WaitNotInLoop")
    private void await(long nanos) {
        try {
            if (nanos == Long.MAX_VALUE) {
                changed.await();
            } else {
                long ignored = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            // Nobody else has a reference to this thread but foreign code that meddles: go on.
        }
    }

    private final class Due implements Timer {
        private final long at;
        private final long order;
        private final Runnable task;

        Due(long at, long order, Runnable task) {
            this.at = at;
            this.order = order;
            this.task = task;
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                timers.remove(this);
            } finally {
                lock.unlock();
            }
        }
    }
}
