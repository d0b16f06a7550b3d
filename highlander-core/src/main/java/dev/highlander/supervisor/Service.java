package dev.highlander.supervisor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Something that is started, works on threads of its own, and is stopped later.
 *
 * @param <S> what was started
 */
public interface Service<S> {
    /** Starts it and returns when it works; may block, and is interrupted when it has to give up. */
    S start() throws Exception;

    /**
     * Stops it; may block, and is interrupted when its grace is over. Whether this returns or throws, nothing of it may
     * run any more, since another node may start it then. An exception after that interrupt says the opposite: the child
     * is taken to be stuck.
     */
    void stop(S started, StopReason why) throws Exception;

    /**
     * Completes when it dies by itself: normally, or with what it died of. A service that never says so is taken to live
     * until it is stopped.
     */
    default CompletionStage<?> ended(S started) {
        return new CompletableFuture<>();
    }
}
