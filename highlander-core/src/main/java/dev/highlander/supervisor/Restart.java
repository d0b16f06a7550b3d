package dev.highlander.supervisor;

/** When a child that ended by itself is started again; OTP says permanent, transient and temporary. */
public enum Restart {
    /** Whenever it ends. */
    ALWAYS,
    /** When it ends with an error. */
    ON_FAILURE,
    /** Never. */
    NEVER;

    /** Whether a child that ended this way by itself is started again. */
    public boolean after(Exit exit) {
        return this == ALWAYS || (this == ON_FAILURE && exit.isFailure());
    }
}
