package dev.highlander.supervisor;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * How a child ended.
 *
 * @param kind in a word
 * @param cause what it died of, when it failed
 * @param status the exit status, when it was a command: 128 + n when signal n ended it
 */
public record Exit(Kind kind, Optional<Throwable> cause, OptionalInt status) {
    /** How a child ended, in a word. */
    public enum Kind {
        /** By itself, with nothing wrong. */
        COMPLETED,
        /** By itself, with an error. */
        FAILED,
        /** It never came to run: its start failed. */
        NOT_STARTED,
        /** Because it was asked to. */
        STOPPED
    }

    public static Exit completed() {
        return new Exit(Kind.COMPLETED, Optional.empty(), OptionalInt.empty());
    }

    public static Exit failed(Throwable cause) {
        return new Exit(Kind.FAILED, Optional.of(cause), OptionalInt.empty());
    }

    public static Exit notStarted(Throwable cause) {
        return new Exit(Kind.NOT_STARTED, Optional.of(cause), OptionalInt.empty());
    }

    public static Exit stopped() {
        return new Exit(Kind.STOPPED, Optional.empty(), OptionalInt.empty());
    }

    /**
     * What a completion of {@link Child#ended} says: the exit, or that it failed with that exception; empty if it proves no
     * end. Who cancels a stage or sets it a time limit no longer waits for the child, which says nothing about the child.
     */
    public static Optional<Exit> of(@Nullable Exit exit, @Nullable Throwable exception) {
        Throwable cause = exception instanceof CompletionException && exception.getCause() != null
                ? exception.getCause()
                : exception;
        if (cause instanceof CancellationException || cause instanceof TimeoutException) {
            return Optional.empty();
        }
        if (cause != null) {
            return Optional.of(failed(cause));
        }
        return Optional.of(
                exit != null
                        ? exit
                        : failed(new IllegalStateException("The child ended without telling how: no Exit.")));
    }

    /** The same end, and what went wrong at it. */
    public Exit because(Throwable why) {
        return new Exit(kind, Optional.of(why), status);
    }

    public Exit withStatus(int exitStatus) {
        return new Exit(kind, cause, OptionalInt.of(exitStatus));
    }

    /** Whether a supervisor that restarts on failure would restart. */
    public boolean isFailure() {
        return kind == Kind.FAILED || kind == Kind.NOT_STARTED;
    }
}
