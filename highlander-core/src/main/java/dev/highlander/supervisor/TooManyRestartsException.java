package dev.highlander.supervisor;

import java.time.Duration;

/** A supervisor has given up, since its children had to be restarted too often. */
public final class TooManyRestartsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyRestartsException(String supervisor, int most, long window, String child) {
        super("Supervisor " + supervisor + " has given up: child " + child
                + " was to be restarted, which would be more than "
                + most + " restarts in " + Duration.ofNanos(window)
                + ". Mend what the child dies of, or allow more with maxRestarts.");
    }
}
