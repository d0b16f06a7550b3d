package dev.highlander.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The program of a command. It is looked for before the key is claimed: a node that can't run the command must not take
 * the key from one that can.
 */
final class Program {
    private Program() {}

    /**
     * Returns if {@code name} can be run, as far as can be seen.
     *
     * @throws FailedException with the status that a shell would end with
     */
    static void check(String name, Map<String, String> environment) {
        boolean found = false;
        for (String place : places(name, environment)) {
            Path file = path(place);
            if (Files.isRegularFile(file)) {
                if (Files.isExecutable(file)) {
                    return;
                }
                found = true;
            }
        }
        throw found ? notExecutable(name) : notFound(name);
    }

    /** A tool of the PATH that this user may run. */
    static Optional<Path> find(String tool, Map<String, String> environment) {
        return places(tool, environment).stream()
                .map(Program::path)
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static List<String> places(String name, Map<String, String> environment) {
        // Without a PATH, the system has a default.
        String path = environment.getOrDefault("PATH", ":/bin:/usr/bin");
        return name.indexOf('/') >= 0
                ? List.of(name)
                : List.of(path.split(File.pathSeparator, -1)).stream()
                        .map(place -> (place.isEmpty() ? "." : place) + "/" + name)
                        .toList();
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw notFound(text);
        }
    }

    private static FailedException notFound(String name) {
        return new FailedException(
                ExitStatus.NOT_FOUND,
                "The command " + Shown.of(name)
                        + " is not found. Give a program of the PATH or a path to one; for a shell's own"
                        + " commands give sh -c '...'.");
    }

    private static FailedException notExecutable(String name) {
        return new FailedException(
                ExitStatus.NOT_EXECUTABLE,
                "The command " + Shown.of(name)
                        + " is not executable for this user. Make it so with chmod +x, or give the program"
                        + " that reads it first.");
    }
}
