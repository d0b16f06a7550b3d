package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;

/** A Postgres server can't be asked; the message says why, and what to do. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnavailableException(Problem problem, Exception cause) {
        super(problem.toString(), cause);
    }
}
