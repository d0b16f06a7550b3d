package dev.highlander;

/** Ends this process the hard way. */
interface JvmHalt {
    /** Writes down, for those who ask later, what every thread is doing; returns at once. */
    void prepare(String why);

    /** Begins to halt; returns at once, since a halt can take long and other children still have to be stopped. */
    void now();

    /** The real one. */
    static JvmHalt real() {
        return new JvmHalt() {
            @Override
            public void prepare(String why) {
                Thread dump = new Thread(() -> ThreadDump.print(why), "highlander-thread-dump");
                dump.setDaemon(true);
                dump.start();
            }

            @Override
            public void now() {
                try {
                    new Thread(() -> Runtime.getRuntime().halt(WhenStuck.EXIT_STATUS), "highlander-halt").start();
                } catch (OutOfMemoryError e) { // there is no thread to be had: then this one
                    Runtime.getRuntime().halt(WhenStuck.EXIT_STATUS);
                }
            }
        };
    }
}
