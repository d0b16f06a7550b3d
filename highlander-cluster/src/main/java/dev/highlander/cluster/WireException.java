package dev.highlander.cluster;

/** Bytes that are no message of this version of the cluster protocol. */
final class WireException extends Exception {
    private static final long serialVersionUID = 1L;

    WireException(String message) {
        super(message);
    }
}
