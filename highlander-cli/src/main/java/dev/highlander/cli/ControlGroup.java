package dev.highlander.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A control group of one command.
 *
 * @param home the group that this process is in
 * @param directory that of the command, inside
 */
record ControlGroup(Path home, Path directory) implements Enclosure {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final String PROCESSES = "cgroup.procs";

    /** This process, with all its threads; processes that it starts are where it is at the moment. */
    void enter() throws IOException {
        move(directory);
    }

    void leave() throws IOException {
        move(home);
    }

    /** Left in there with the command, this process would die with it: then both do, at once. */
    private void leave(boolean started) throws IOException {
        try {
            leave();
        } catch (IOException e) {
            if (started) {
                kill();
            }
            throw e;
        }
    }

    private static void move(Path group) throws IOException {
        write(group.resolve(PROCESSES), Long.toString(ProcessHandle.current().pid()));
    }

    private static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * A program of ours in between that would enter the group and then become the command would be seen by it, in its
     * environment and in how a failed start is told. So this process enters, and leaves again; a guard that strikes
     * meanwhile moves it out first.
     */
    @Override
    public Process start(ProcessBuilder command) throws IOException {
        enter();
        boolean started = false;
        try {
            Process process = command.start();
            started = true;
            return process;
        } finally {
            leave(started);
        }
    }

    @Override
    public Optional<String> order() {
        return Optional.of("group " + ProcessHandle.current().pid() + " " + directory);
    }

    @Override
    public Set<ProcessHandle> members() throws IOException {
        Set<ProcessHandle> members = new HashSet<>();
        for (Path group : groups()) {
            try {
                for (String pid : Files.readAllLines(group.resolve(PROCESSES), StandardCharsets.US_ASCII)) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(members::add);
                }
            } catch (NoSuchFileException e) {
                LOG.log(Level.DEBUG, "A control group has gone meanwhile.", e);
            }
        }
        members.remove(ProcessHandle.current());
        return members;
    }

    /** This one and those that the command has made inside, the innermost first. */
    private List<Path> groups() throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isDirectory)
                    .sorted(Comparator.comparing(Path::getNameCount).reversed())
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public boolean isEmpty() {
        try {
            return Files.readAllLines(directory.resolve("cgroup.events"), StandardCharsets.US_ASCII)
                    .contains("populated 0");
        } catch (NoSuchFileException e) {
            return true; // the guard was faster
        } catch (IOException e) {
            LOG.log(Level.WARNING, "It can't be read whether the control group " + directory + " is empty.", e);
            return false;
        }
    }

    @Override
    public void kill() {
        try {
            write(directory.resolve("cgroup.kill"), "1");
        } catch (NoSuchFileException e) {
            LOG.log(Level.DEBUG, "The control group has gone.", e);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The control group " + directory + " can't be killed.", e);
        }
    }

    @Override
    public void close() {
        try {
            for (Path group : groups()) {
                Files.deleteIfExists(group);
            }
        } catch (IOException e) {
            LOG.log(Level.INFO, "The control group " + directory + " can't be removed.", e);
        }
    }
}
