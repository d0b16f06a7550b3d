package dev.highlander;

import java.time.Duration;

/** A child that is expected to report progress has reported none for too long. */
public final class NoProgressException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoProgressException(long silence) {
        super("No progress for " + Duration.ofNanos(silence)
                + ", which is as long as was agreed on. Mend what the child"
                + " hangs in; or call Term.progress() more often, or expect it less often.");
    }
}
