package dev.highlander.supervisor;

import java.util.Optional;
import java.util.OptionalInt;

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
