package dev.highlander.drills;

/**
 * What was done to a process, noted by whoever did it.
 *
 * @param at when, by {@link MachineClock}
 * @param what what
 * @param process to which
 * @param fault as part of which fault
 */
public record Marker(long at, What what, String process, Fault fault) {
    /** What was done. */
    public enum What {
        /** The fault begins; noted before anything is done. */
        FAULT,
        /** The process does not run any more; noted after it was stopped. */
        FROZEN,
        /** It may run again; noted before it is resumed. */
        RESUMED,
        /** Its connection passes again; noted before it does. */
        HEALED,
        /** The process is dead; noted after its end was seen. */
        DEAD
    }
}
