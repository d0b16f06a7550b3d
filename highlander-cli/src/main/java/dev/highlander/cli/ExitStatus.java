package dev.highlander.cli;

/**
 * The exit statuses that are our own; every other one is the command's. They are those of {@code sysexits.h}, of
 * {@code timeout(1)} and of shells, so that they seldom collide with a command's, and are documented in the help texts.
 */
final class ExitStatus {
    static final int OK = 0;
    /** {@code status --key}: nobody holds it. */
    static final int NOT_HELD = 1;
    /** An option, a variable or the configuration file is wrong; EX_USAGE of sysexits.h. */
    static final int USAGE = 64;
    /** The lock service can't be reached, or asked; EX_UNAVAILABLE of sysexits.h. */
    static final int UNAVAILABLE = 69;
    /** A bug of ours; EX_SOFTWARE of sysexits.h. */
    static final int INTERNAL = 70;
    /** The system refused what we need for ourselves, such as a guard; EX_OSERR of sysexits.h. */
    static final int SYSTEM = 71;
    /** The lock service refuses this node until somebody changes something; EX_CONFIG of sysexits.h. */
    static final int REFUSED = 78;
    /** The command was not ready in time; as {@code timeout(1)} has it. */
    static final int NOT_READY = 124;
    /** As shells have it. */
    static final int NOT_EXECUTABLE = 126;
    /** As shells have it. */
    static final int NOT_FOUND = 127;

    private ExitStatus() {}
}
