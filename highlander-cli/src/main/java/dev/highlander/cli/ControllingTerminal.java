package dev.highlander.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The terminal that sends its signals to this process, and to all others in its foreground. */
final class ControllingTerminal {
    private static final Path STAT = Path.of("/proc/self/stat");

    private final boolean hadOne = read().exists();

    private record State(boolean exists, boolean foreground, boolean leader) {}

    private static State read() {
        try {
            String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
            // After the name: state, parent, process group, session, terminal, the terminal's foreground group.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return new State(
                    !fields[4].equals("0"),
                    fields[5].equals(fields[2]),
                    fields[3].equals(Long.toString(ProcessHandle.current().pid())));
        } catch (IOException | RuntimeException e) {
            return new State(false, false, false); // not on this system
        }
    }

    boolean exists() {
        return hadOne;
    }

    /** Whether what it sends has gone to the command as well, which is in the same process group. */
    boolean hasForeground() {
        State now = read();
        return now.exists && now.foreground;
    }

    /**
     * Whether it was there and is gone, and this process was told so together with the command. The kernel tells the
     * session's leader alone, and all others when that ends.
     */
    boolean isHungUp() {
        State now = read();
        return hadOne && !now.exists && !now.leader;
    }
}
