package dev.highlander.cli;

import dev.highlander.cli.GuardMachine.Quarry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Kills a command with all it has started, for a guard in a JVM of its own; by the same means as {@code guard.sh}. */
final class Sweeper {
    /** What is about to replace its program shows no environment for a moment, so it is looked for again. */
    private static final int EMPTY_LOOKS = 3;

    private static final int HASTY_LOOKS = 20;
    private static final long PAUSE = 50_000_000L;
    private static final long FIRST_LOOK = 10_000_000L;

    private Sweeper() {}

    /** Returns when nothing of it is left. */
    static void kill(Quarry quarry) {
        Set<ProcessHandle> first = new LinkedHashSet<>();
        // By their parents before those die; then nothing that is in the group needs to be looked for.
        Set<ProcessHandle> tree = tree(quarry.command(), quarry.namespace() ? first : null);
        tree.forEach(ProcessHandle::destroyForcibly);
        boolean unused = killGroup(quarry);
        int empty = 0;
        for (int looks = 0; empty < EMPTY_LOOKS; looks++) {
            boolean found = killCarriers(quarry.cookie());
            found |= killGroup(quarry);
            empty = found ? 0 : empty + 1;
            if (looks > HASTY_LOOKS && empty == 0) {
                LockSupport.parkNanos(PAUSE);
            }
        }
        // A namespace is empty when its first process is gone: it is the last.
        while (first.stream().anyMatch(Carriers::lives)) {
            LockSupport.parkNanos(FIRST_LOOK);
        }
    }

    private static Set<ProcessHandle> tree(OptionalLong command, @Nullable Set<ProcessHandle> first) {
        Set<ProcessHandle> tree = new LinkedHashSet<>();
        if (command.isPresent()) {
            ProcessHandle.of(command.getAsLong()).ifPresent(root -> {
                root.descendants().forEach(tree::add);
                if (first != null) {
                    root.children().forEach(first::add);
                }
                tree.add(root);
            });
        }
        return tree;
    }

    private static boolean killCarriers(String cookie) {
        try {
            List<ProcessHandle> carriers = Carriers.of(cookie);
            carriers.forEach(ProcessHandle::destroyForcibly);
            return !carriers.isEmpty();
        } catch (IOException e) {
            LockSupport.parkNanos(PAUSE);
            return true; // not to be taken for nobody
        }
    }

    /** Returns whether anything was in there. */
    private static boolean killGroup(Quarry quarry) {
        String group = quarry.group();
        if (group == null) {
            return false;
        }
        Path directory = Path.of(group);
        try {
            if (!Files.readAllLines(directory.resolve("cgroup.events"), StandardCharsets.US_ASCII)
                    .contains("populated 1")) {
                return false;
            }
            moveOut(quarry.wrapper(), directory);
            Files.write(directory.resolve("cgroup.kill"), new byte[] {'1'});
            return true;
        } catch (IOException e) {
            if (!Files.isDirectory(directory)) {
                return false;
            }
            LockSupport.parkNanos(PAUSE);
            return true;
        }
    }

    /** The wrapper is in the group for the moment in which it starts the command, and is not meant. */
    private static void moveOut(OptionalLong wrapper, Path group) throws IOException {
        if (wrapper.isPresent()) {
            String pid = Long.toString(wrapper.getAsLong());
            if (Files.readAllLines(group.resolve("cgroup.procs"), StandardCharsets.US_ASCII)
                    .contains(pid)) {
                Files.write(group.resolveSibling("cgroup.procs"), pid.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** Gives the control group back, if there is one. */
    static void tidy(Quarry quarry) {
        String group = quarry.group();
        if (group != null) {
            Path directory = Path.of(group);
            new ControlGroup(directory.resolveSibling(""), directory).close();
        }
    }
}
