package dev.highlander.bench;

import dev.highlander.drills.Job;
import dev.highlander.drills.MachineClock;

/** The job on a thread of its own. Its token is the time, which grows from one holder to the next as well as any. */
final class Worker {
    private final Thread thread;

    private Worker(Thread thread) {
        this.thread = thread;
    }

    static Worker start(Job job) {
        Thread thread = new Thread(() -> job.run(MachineClock.nanos()), "work");
        thread.start();
        return new Worker(thread);
    }

    /** Ends it and returns when it has ended. */
    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
