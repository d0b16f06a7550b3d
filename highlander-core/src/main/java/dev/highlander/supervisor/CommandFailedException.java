package dev.highlander.supervisor;

/** A command has ended with an exit status other than zero. */
public final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /** For a child of your own that is a command. */
    public CommandFailedException(String command, int status) {
        super("The command " + command + " ended with exit status " + status
                + (status > 128 ? " (signal " + (status - 128) + ")." : "."));
        this.status = status;
    }

    public int status() {
        return status;
    }
}
