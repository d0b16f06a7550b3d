package dev.highlander.lock;

/** A child has ignored its kill, so its key is still held and what holds it can't be closed. */
public final class StuckChildException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public StuckChildException(String message) {
        super(message);
    }
}
