package dev.highlander.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes that carry a word in {@value #VARIABLE} of their environment: all that a command has started, however far
 * they have gone from it, unless they have put off their environment.
 */
final class Carriers {
    static final String VARIABLE = "HIGHLANDER_GUARD";

    private static final Path PROC = Path.of("/proc");

    private Carriers() {}

    /** Whether this system lets processes be found that way. */
    static boolean canBeFound() {
        return Files.isReadable(PROC.resolve("self/environ"));
    }

    /**
     * Those whose {@value #VARIABLE} contains {@code word}. A zombie has no environment, so it is none. Nor is a process
     * for the moment in which it replaces its program: look twice.
     */
    static List<ProcessHandle> of(String word) throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (carries(process, word)) {
                    handle(process).ifPresent(found::add);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static boolean carries(Path process, String word) {
        try {
            String environment = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
            int at = ("\0" + environment).indexOf("\0" + VARIABLE + "=");
            return at >= 0 && environment.substring(at).split("\0", 2)[0].contains(word);
        } catch (IOException e) {
            return false; // it is gone, or another user's
        }
    }

    /** A zombie does not live, although {@link ProcessHandle#isAlive} says so. */
    static boolean lives(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(
                    PROC.resolve(Long.toString(process.pid())).resolve("stat"), StandardCharsets.ISO_8859_1);
            return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
        } catch (IOException e) {
            return process.isAlive();
        }
    }

    private static Optional<ProcessHandle> handle(Path process) {
        return ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
    }
}
