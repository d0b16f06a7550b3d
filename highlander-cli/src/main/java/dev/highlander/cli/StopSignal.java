package dev.highlander.cli;

/** How a command is asked to end. */
enum StopSignal {
    TERM,
    INT,
    /** Not by us: a terminal has sent it the same signal as this process. */
    SENT
}
