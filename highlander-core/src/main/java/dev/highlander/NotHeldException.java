package dev.highlander;

/** A term is over, or too close to its end for what was to be done. */
public final class NotHeldException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NotHeldException(String message) {
        super(message);
    }
}
