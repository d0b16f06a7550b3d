package dev.highlander.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** What holds the processes of one command together, so that they are found and killed however they hide. */
interface Enclosure {
    /** Nothing does: they are found by their environment and their parents alone. */
    Enclosure NONE = new Enclosure() {};

    /** Starts the command inside. */
    default Process start(ProcessBuilder command) throws IOException {
        return command.start();
    }

    /** What the guard has to know about it, as an order; empty for nothing. */
    default Optional<String> order() {
        return Optional.empty();
    }

    /** The command itself, of a process that {@link #start} has returned; empty while it is not yet there. */
    default Optional<ProcessHandle> command(Process started) {
        return Optional.of(started.toHandle());
    }

    /** Processes that only keep it up: they are killed with it, and otherwise left alone. */
    default Set<ProcessHandle> keepers(Process started) {
        return Set.of();
    }

    /** Those inside that can be listed. */
    default Set<ProcessHandle> members() throws IOException {
        return Set.of();
    }

    /** Whether nothing lives inside, listed or not. */
    default boolean isEmpty() {
        return true;
    }

    /** Kills all inside. */
    default void kill() {}

    /** Gives it back, empty. */
    default void close() {}
}
