package dev.highlander.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What sees a command's whole tree dead when this process is killed, or is frozen until its time is over. */
interface Guard {
    /** It has killed the command, whose time was over. */
    String EXPIRED = "expired";
    /** It is dead itself, before its time. */
    String KILLED = "killed";

    /** Nobody, where there can be no guard. */
    Guard NOBODY = new Guard() {};

    default boolean isAlive() {
        return true;
    }

    /** Completes with {@link #EXPIRED} or {@link #KILLED}, if it comes to either before it is done. */
    default CompletionStage<String> failed() {
        return new CompletableFuture<>();
    }

    /** One order, or several on a line each. A guard that is gone is told by {@link #failed}, not here. */
    default void order(String lines) {}

    /** There is nothing left to guard. */
    default void done() {}

    /** Has it kill what it guards, and returns when nothing of that is left. */
    default void strike() throws InterruptedException {}
}
