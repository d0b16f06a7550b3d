package dev.highlander.supervisor;

/** Why a child is asked to end. */
public enum StopReason {
    /** What it belongs to is being closed. */
    SHUTDOWN,
    /** Its key was lost: another node may start soon. */
    LOST,
    /** Another node held its key as well, and won. */
    CONFLICT,
    /** Its node stands aside for another. */
    YIELDED,
    /** It was to report progress, and reported none for too long. */
    NO_PROGRESS
}
