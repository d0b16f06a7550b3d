package dev.highlander.cli;

/** A command was not ready in time. */
final class NotReadyException extends Exception {
    private static final long serialVersionUID = 1;

    NotReadyException(String message) {
        super(message, null, false, false);
    }
}
