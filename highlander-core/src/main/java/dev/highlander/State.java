package dev.highlander;

/** Where a singleton is on this node. A child exists in STARTING, RUNNING, STOPPING and STUCK only. */
public enum State {
    /** It wants the key, or stands aside for a while before it wants it again; nothing runs here. */
    STANDBY,
    /** It holds the key, and waits until no earlier holder's child can still run. */
    SETTLING,
    /** The child is being started. */
    STARTING,
    /** The child runs. */
    RUNNING,
    /** The child is being stopped; the key is still held, or its lease has not yet ended. */
    STOPPING,
    /** The child has ignored its kill. */
    STUCK,
    /** Over on this node. */
    CLOSED;

    /** Whether a child exists. */
    public boolean hasChild() {
        return this == STARTING || this == RUNNING || this == STOPPING || this == STUCK;
    }
}
