package dev.highlander.supervisor;

import java.util.List;

/** Children have ignored their kill, and may still run. */
public final class ChildStuckException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChildStuckException(String supervisor, List<String> ids) {
        super("Of supervisor " + supervisor + ", " + String.join(", ", ids)
                + (ids.size() == 1 ? " has" : " have")
                + " ignored the kill and may still run. Make children end when they are interrupted.");
    }
}
