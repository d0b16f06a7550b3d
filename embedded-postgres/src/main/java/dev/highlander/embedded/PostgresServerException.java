package dev.highlander.embedded;

import org.jspecify.annotations.Nullable;

/** A server that could not be had, started or stopped; the message holds the end of its log and what to do. */
public final class PostgresServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PostgresServerException(String message) {
        super(message);
    }

    PostgresServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
