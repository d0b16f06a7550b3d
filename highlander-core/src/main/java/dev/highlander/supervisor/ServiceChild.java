package dev.highlander.supervisor;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A service that was started.
 *
 * @param <S> what was started
 */
final class ServiceChild<S> implements Child {
    private static final System.Logger LOG = System.getLogger("dev.highlander.supervisor");

    private final String id;
    private final Service<S> service;
    private final S started;
    private final ThreadFactory threads;
    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private @Nullable Thread stopper;
    private volatile boolean killed;

    private ServiceChild(String id, Service<S> service, S started, ThreadFactory threads) {
        this.threads = threads;
        this.id = id;
        this.service = service;
        this.started = started;
    }

    static <S> Child start(String id, Service<S> service, ThreadFactory threads) throws Exception {
        ServiceChild<S> child = new ServiceChild<>(id, service, service.start(), threads);
        try {
            service.ended(child.started).whenComplete((ok, died) -> child.died(died));
        } catch (Throwable t) {
            child.died(t); // it was started, so it has to be stopped; a start that failed would have left nothing
        }
        return child;
    }

    /** It has died by itself, yet what it left open still has to be stopped before the child counts as ended. */
    private void died(@Nullable Throwable cause) {
        stop(StopReason.SHUTDOWN, cause == null ? Exit.completed() : Exit.failed(cause));
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended.minimalCompletionStage(); // so that nobody else can complete it
    }

    @Override
    public void stop(StopReason why, long killBy) {
        stop(why, Exit.stopped());
    }

    private synchronized void stop(StopReason why, Exit exit) {
        if (stopper == null) {
            stopper = ChildThreads.make(threads, () -> {
                Thread.currentThread().setContextClassLoader(loader); // else that of whoever found it dead
                try {
                    service.stop(started, why);
                    ended.complete(exit);
                } catch (Throwable t) {
                    exit.cause().ifPresent(cause -> cause.addSuppressed(t));
                    if (!killed) {
                        ended.complete(exit.isFailure() ? exit : exit.because(t));
                    } else { // it was interrupted half-way: nobody has seen it dead
                        LOG.log(Level.ERROR, "The stop of service " + id + " failed when it was killed.", t);
                    }
                }
            });
            stopper.start();
        }
    }

    @Override
    public synchronized void kill(StopReason why) {
        stop(why, Exit.stopped());
        killed = true;
        if (stopper != null) {
            stopper.interrupt();
        }
    }

    @Override
    public synchronized boolean owns(Thread other) {
        return other == stopper;
    }

    @Override
    public boolean isPrompt() {
        return true;
    }
}
