package dev.highlander.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A command and all that it has started: what descends from it, what carries its word in the environment, and what is in
 * its enclosure.
 */
final class ProcessTree {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");

    private static final long LOOK = 5_000_000L;
    private static final int LOOKS = 100;

    private final String name;
    private final Process process;
    private final String cookie;
    private final Enclosure enclosure;
    private final Set<ProcessHandle> known = new LinkedHashSet<>();

    /** @param process as {@code enclosure} has started it */
    ProcessTree(String name, Process process, String cookie, Enclosure enclosure) {
        this.name = name;
        this.process = process;
        this.cookie = cookie;
        this.enclosure = enclosure;
    }

    String name() {
        return name;
    }

    Process process() {
        return process;
    }

    /** The program of the command, as long as it runs. In some enclosures it is there a moment later. */
    Optional<ProcessHandle> command() {
        Optional<ProcessHandle> command = enclosure.command(process);
        for (int look = 0; command.isEmpty() && process.isAlive() && look < LOOKS; look++) {
            LockSupport.parkNanos(LOOK);
            command = enclosure.command(process);
        }
        return command.filter(Carriers::lives);
    }

    /** To each, and to parents first, so that a shell does not start its next command when the present one dies. */
    void ask(Consumer<ProcessHandle> how) {
        Set<ProcessHandle> rest = rest();
        Set<ProcessHandle> keepers = enclosure.keepers(process);
        Optional<ProcessHandle> first = command();
        first.ifPresent(how);
        rest.stream()
                .filter(one ->
                        !keepers.contains(one) && first.filter(one::equals).isEmpty())
                .forEach(how);
    }

    void kill() {
        enclosure.kill(); // first: it needs no look at what there is
        Set<ProcessHandle> rest = rest();
        process.destroyForcibly();
        rest.forEach(ProcessHandle::destroyForcibly);
    }

    boolean isGone() {
        return !process.isAlive() && rest().isEmpty() && enclosure.isEmpty();
    }

    void close() {
        enclosure.close();
    }

    /**
     * What lives of it, but for the process that was started; where that can't be found out, what lived when it could, and
     * that process: not nothing. Those without the word are found as long as they descend from a known process.
     */
    Set<ProcessHandle> rest() {
        synchronized (known) {
            try {
                process.descendants().forEach(known::add);
                for (ProcessHandle one : Set.copyOf(known)) {
                    one.descendants().forEach(known::add);
                }
                known.addAll(enclosure.members());
                if (Carriers.canBeFound()) {
                    known.addAll(Carriers.of(cookie));
                    if (known.isEmpty()) {
                        known.addAll(Carriers.of(cookie));
                    }
                }
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.WARNING, "The processes of " + name + " can't be listed; trying again.", e);
                Set<ProcessHandle> all = new LinkedHashSet<>(known);
                all.add(process.toHandle());
                return all;
            }
            known.removeIf(one -> one.pid() == process.pid() || !Carriers.lives(one));
            return new LinkedHashSet<>(known);
        }
    }
}
