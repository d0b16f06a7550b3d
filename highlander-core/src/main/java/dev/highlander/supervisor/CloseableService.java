package dev.highlander.supervisor;

import java.util.concurrent.Callable;

/** A service that is something closeable. */
record CloseableService(Callable<? extends AutoCloseable> factory) implements Service<AutoCloseable> {
    @Override
    public AutoCloseable start() throws Exception {
        AutoCloseable started = factory.call();
        if (started == null) {
            throw new IllegalStateException("The factory returned null. Return what is to be closed later.");
        }
        return started;
    }

    @Override
    public void stop(AutoCloseable started, StopReason why) throws Exception {
        started.close();
    }
}
