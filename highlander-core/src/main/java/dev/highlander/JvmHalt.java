package dev.highlander;

import dev.highlander.time.Agenda;

/** Ends this process the hard way. */
interface JvmHalt {
    /** Begins to halt when {@code decisions} has reached that instant; takes a thread dump before, if there is time. */
    void at(long nanos, String why, Agenda decisions);

    /** The real one. */
    static JvmHalt real() {
        return (nanos, why, decisions) -> {
            Thread dump = new Thread(() -> ThreadDump.print(why), "highlander-thread-dump");
            dump.setDaemon(true);
            dump.start();
            // A thread of its own: a halt can take long, and other children still have to be stopped.
            decisions.at(
                    nanos,
                    () -> new Thread(() -> Runtime.getRuntime().halt(WhenStuck.EXIT_STATUS), "highlander-halt")
                            .start());
        };
    }
}
