package dev.highlander.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether a standard stream is a terminal whose lines can be rewritten. */
final class Terminal {
    private Terminal() {}

    static boolean isStandardOutput(Map<String, String> environment) {
        return canRewrite(environment) && isTerminal(Path.of("/proc/self/fd/1"));
    }

    static boolean isStandardError(Map<String, String> environment) {
        return canRewrite(environment) && isTerminal(Path.of("/proc/self/fd/2"));
    }

    private static boolean canRewrite(Map<String, String> environment) {
        String kind = environment.get("TERM");
        return kind != null && !kind.equals("dumb");
    }

    /** Java tells of standard input and output only, and only together. Without a /proc the answer is no. */
    private static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
