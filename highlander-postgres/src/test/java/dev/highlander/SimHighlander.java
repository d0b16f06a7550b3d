package dev.highlander;

import dev.highlander.lock.Locks;
import java.util.function.DoubleSupplier;

/** What a simulation of whole nodes needs to set in {@link Highlander} beside what users set. */
public final class SimHighlander {
    private SimHighlander() {}

    /** With jitter from {@code random}, and a process that {@code halt} begins to end. */
    public static Highlander with(Locks locks, DoubleSupplier random, Runnable halt) {
        return Highlander.with(locks).withoutShutdownHook().random(random).halt(new JvmHalt() {
            @Override
            public void prepare(String why) {}

            @Override
            public void now() {
                halt.run();
            }
        });
    }

    /** Takes it off this JVM's list of what is open: it is in a simulated one, which may end without closing it. */
    public static void leaveOut(Singleton singleton) {
        OpenSingletons.forget(singleton);
    }
}
