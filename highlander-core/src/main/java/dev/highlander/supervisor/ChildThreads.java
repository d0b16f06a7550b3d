package dev.highlander.supervisor;

import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Instant;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A clock whose forks are the threads of one child: made by its factory, and as that makes them; else daemon threads with
 * its context class loader. Agendas, which watch deadlines and run none of its code, are the other clock's.
 */
final class ChildThreads implements Time {
    private final Time time;
    private final @Nullable ThreadFactory factory;
    private final @Nullable ClassLoader loader;

    private ChildThreads(Time time, @Nullable ThreadFactory factory, @Nullable ClassLoader loader) {
        this.time = time;
        this.factory = factory;
        this.loader = loader;
    }

    /** A child without a factory of its own has that of the tree it is in. */
    static Time of(Time time, @Nullable ThreadFactory factory, @Nullable ClassLoader loader) {
        if (time instanceof ChildThreads above) {
            return new ChildThreads(above.time, factory != null ? factory : above.factory, loader);
        }
        return new ChildThreads(time, factory, loader);
    }

    /** Platform daemon threads: a child is stopped by its supervisor, and is no reason to keep a process alive. */
    static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The factory of the child that is started by {@code time}, or else {@link #named}. */
    static ThreadFactory of(Time time, String name) {
        ThreadFactory given = time instanceof ChildThreads threads ? threads.factory : null;
        return given != null ? given : named(name);
    }

    static Thread make(ThreadFactory factory, Runnable work) {
        Thread made = factory.newThread(work);
        if (made == null) {
            throw new IllegalStateException(
                    "The thread factory returned null, so the child has no thread to run on. Give one that makes threads.");
        }
        return made;
    }

    @Override
    public Fork fork(String name, Runnable work) {
        if (factory == null) {
            return time.fork(name, () -> withLoader(work));
        }
        Thread thread = make(factory, work);
        thread.start();
        return thread::interrupt;
    }

    private void withLoader(Runnable work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            work.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public long nanos() {
        return time.nanos();
    }

    @Override
    public long leap() {
        return time.leap();
    }

    @Override
    public Instant instant() {
        return time.instant();
    }

    @Override
    public Agenda agenda(String name) {
        return time.agenda(name);
    }
}
