package dev.highlander.interleavings;

import org.jetbrains.lincheck.Lincheck;

/** Runs a scene in many of the orders in which its threads can meet, each chosen by the model checker. */
public final class Interleavings {
    private static final int ORDERS = Integer.getInteger("interleavings", 200);

    private Interleavings() {}

    /** Fails, with the steps of each thread, at the first order in which {@code scene} throws or gets stuck. */
    public static void of(Runnable scene) {
        Lincheck.runConcurrentTest(ORDERS, scene);
    }

    public static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        return thread;
    }

    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
