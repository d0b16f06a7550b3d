package dev.highlander.supervisor;

import java.util.concurrent.Callable;

/** A service that is something closeable. */
record CloseableService(Callable<? extends AutoCloseable> factory) implements Service<AutoCloseable> {
    @Override
    public AutoCloseable start() throws Exception {
        return factory.call();
    }

    @Override
    public void stop(AutoCloseable started, StopReason why) throws Exception {
        started.close();
    }
}
