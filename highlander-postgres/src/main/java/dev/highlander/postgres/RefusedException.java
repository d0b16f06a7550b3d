package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;

/** A session can't be had, or can't be relied on any more. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    RefusedException(Problem problem) {
        super(problem.toString());
        this.problem = problem;
    }

    RefusedException(Problem problem, Throwable cause) {
        super(problem.toString(), cause);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
