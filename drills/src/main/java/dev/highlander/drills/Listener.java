package dev.highlander.drills;

/** Hears what happens in a drill while it happens, in order, and returns soon. */
public interface Listener {
    /** A process has written a line; told a few milliseconds later. */
    void wrote(String process, Line line);

    /** Something was done to a process. */
    void did(Marker marker);

    /** Hears nothing. */
    static Listener none() {
        return new Listener() {
            @Override
            public void wrote(String process, Line line) {}

            @Override
            public void did(Marker marker) {}
        };
    }
}
