package dev.highlander.cli;

/** Ends the command line with a message, which has the remedy, and an exit status. */
final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    FailedException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    static FailedException usage(String message) {
        return new FailedException(ExitStatus.USAGE, message);
    }

    /** Core's messages have their remedy too. */
    static FailedException usage(IllegalArgumentException e) {
        return usage(String.valueOf(e.getMessage()));
    }

    int status() {
        return status;
    }
}
