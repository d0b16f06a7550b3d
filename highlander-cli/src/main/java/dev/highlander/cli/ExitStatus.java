package dev.highlander.cli;

/** The exit statuses that are our own; they are documented in the help texts. */
final class ExitStatus {
    static final int OK = 0;
    /** {@code status --key}: nobody holds it. */
    static final int NOT_HELD = 1;

    static final int USAGE = 2;
    /** The lock service can't be asked; EX_UNAVAILABLE of sysexits.h. */
    static final int UNAVAILABLE = 69;
    /** A bug of ours; EX_SOFTWARE of sysexits.h. */
    static final int INTERNAL = 70;
    /** As shells have it. */
    static final int NOT_EXECUTABLE = 126;
    /** As shells have it. */
    static final int NOT_FOUND = 127;

    private ExitStatus() {}
}
