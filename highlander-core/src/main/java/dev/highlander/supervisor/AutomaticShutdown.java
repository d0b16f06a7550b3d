package dev.highlander.supervisor;

/**
 * When a supervisor shuts itself down because of its significant children. Only a child's own end counts, when it is not
 * to be restarted; one that was terminated by a call does not.
 */
public enum AutomaticShutdown {
    /** Never; then no child may be significant. */
    NEVER,
    /** When any significant child has ended. */
    ANY,
    /** When the last significant child that was alive has ended. */
    ALL
}
