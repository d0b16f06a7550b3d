package dev.highlander.drills;

/**
 * A line of a process's log.
 *
 * @param at when, by {@link MachineClock}
 * @param kind what
 * @param token the fencing token of the term, or 0 where it has none
 */
public record Line(long at, Kind kind, long token) {
    /** What a line says. */
    public enum Kind {
        /** The node contends: it is connected and has queued. */
        READY,
        /** The node has lost its connection. */
        UNREADY,
        /** The body begins. */
        START,
        /** The body has done something that must not be done by two. */
        RUN,
        /** The node is about to ask the body to end. */
        STOPPING,
        /** The body has ended: it does nothing after this. */
        STOP
    }

    /** Reads what {@link #toString()} writes. */
    static Line parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 3) {
            throw new IllegalArgumentException("Not a line of a node's log: \"" + text + "\".");
        }
        return new Line(Long.parseLong(words[0]), Kind.valueOf(words[1]), Long.parseLong(words[2]));
    }

    @Override
    public String toString() {
        return at + " " + kind + " " + token;
    }
}
