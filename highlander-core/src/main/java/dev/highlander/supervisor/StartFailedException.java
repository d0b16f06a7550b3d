package dev.highlander.supervisor;

import org.jspecify.annotations.Nullable;

/** A child could not be started; the cause is what its start threw. */
public final class StartFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
