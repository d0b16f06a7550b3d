package dev.highlander.drills;

import dev.highlander.lock.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a node is told on its command line.
 *
 * @param name its name, under which the server knows it too
 * @param url of the database, by way of whatever may cut it off
 * @param log where its lines go
 * @param lease of the locks
 * @param keys how many keys it contends for
 * @param period of the body's lines, in milliseconds
 * @param mode what it runs under them
 * @param ledger whether it keeps the ledger
 */
public record NodeArguments(
        String name, String url, Path log, Lease lease, int keys, long period, Mode mode, boolean ledger) {
    /** One without a ledger. */
    public NodeArguments(String name, String url, Path log, Lease lease, int keys, long period, Mode mode) {
        this(name, url, log, lease, keys, period, mode, false);
    }

    /** What a node runs. */
    public enum Mode {
        /** A task in this JVM. */
        TASK,
        /** A task that makes sure of its term before each line. */
        CAREFUL_TASK,
        /** An operating-system command, which takes larger steps: whoever stops it is a process away. */
        COMMAND,
        /** A task that writes no lines but its first and its last. */
        IDLE_TASK
    }

    /** Reads what a node was started with. */
    public static NodeArguments parse(String[] args) {
        return new NodeArguments(
                args[0],
                args[1],
                Path.of(args[2]),
                Lease.of(Duration.ofMillis(Long.parseLong(args[3]))),
                Integer.parseInt(args[4]),
                Long.parseLong(args[5]),
                Mode.valueOf(args[6]),
                Boolean.parseBoolean(args[7]));
    }

    List<String> words() {
        List<String> words = new ArrayList<>(List.of(name, url, log.toString()));
        words.add(Long.toString(lease.length().toMillis()));
        words.add(Integer.toString(keys));
        words.add(Long.toString(period));
        words.add(mode.name());
        words.add(Boolean.toString(ledger));
        return words;
    }
}
