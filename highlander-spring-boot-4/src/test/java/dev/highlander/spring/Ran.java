package dev.highlander.spring;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What ran, in order, and a body that runs until it is interrupted. */
final class Ran {
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

    void tell(String what) {
        told.add(what);
    }

    void untilInterrupted(String name) throws InterruptedException {
        tell(name + " began");
        try {
            new CountDownLatch(1).await();
        } finally {
            tell(name + " ended");
        }
    }

    /** The next thing that was told, which comes within half a minute or never. */
    String next() throws InterruptedException {
        String next = told.poll(30, TimeUnit.SECONDS);
        return next == null ? "nothing within half a minute" : next;
    }

    boolean isEmpty() {
        return told.isEmpty();
    }
}
