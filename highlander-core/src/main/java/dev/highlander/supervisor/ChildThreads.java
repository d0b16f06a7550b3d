package dev.highlander.supervisor;

import java.util.concurrent.ThreadFactory;

/** The threads that children run on unless a factory is given. */
final class ChildThreads {
    private ChildThreads() {}

    /** Platform daemon threads: a child is stopped by its supervisor, and is no reason to keep a process alive. */
    static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
