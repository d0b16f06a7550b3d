package dev.highlander.embedded;

import java.util.List;
import java.util.Map;

/** What to do about the usual reasons for a server not to start. */
final class Advice {
    private static final int LINES = 25;

    private static final Map<String, String> REMEDIES = Map.of(
            "Address already in use", "choose another port, or none: a free one is found then",
            "already exists", "another server is using the data directory: stop it, or take another directory",
            "No space left", "free some space in java.io.tmpdir, or set it to another folder",
            "unrecognized configuration parameter", "correct the settings given to the builder",
            "invalid value for parameter", "correct the settings given to the builder",
            "outside the valid range", "correct the settings given to the builder",
            "Permission denied",
                    "set -Djava.io.tmpdir to a folder that the server's account can reach, on a file system that"
                            + " may run programs",
            "failed to execute",
                    "see that java.io.tmpdir may run programs; on Alpine nothing helps, its C library is another",
            "shared memory", "see what else uses shared memory on this machine, or lower shared_buffers");

    private Advice() {}

    static boolean mentions(String log, String... signs) {
        return List.of(signs).stream().anyMatch(log::contains);
    }

    /** A message of three parts: what happened, the end of the log, what to do. */
    static String message(String what, String log) {
        List<String> lines = log.lines().toList();
        StringBuilder text = new StringBuilder(what).append(". The end of its log:");
        lines.stream()
                .skip(Math.max(0, lines.size() - LINES))
                .forEach(line -> text.append("\n  ").append(line));
        REMEDIES.entrySet().stream()
                .filter(remedy -> log.contains(remedy.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .sorted()
                .forEach(remedy -> text.append("\nWhat to do: ").append(remedy));
        return text.toString();
    }
}
