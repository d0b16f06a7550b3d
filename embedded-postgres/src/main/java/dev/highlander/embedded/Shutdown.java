package dev.highlander.embedded;

/** How a server is asked to end. */
public enum Shutdown {
    /** Disconnects everybody, writes a checkpoint, ends: what a service manager does. */
    FAST("INT"),

    /** Ends at once without a checkpoint; the next start recovers from the write-ahead log. */
    IMMEDIATE("QUIT");

    private final String signal;

    Shutdown(String signal) {
        this.signal = signal;
    }

    String signal() {
        return signal;
    }
}
