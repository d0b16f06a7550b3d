package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, which leads a process group of its own. */
public final class NodeProcess implements AutoCloseable {
    private final String name;
    private final Path log;
    private final Process process;

    private NodeProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** What the process writes to its standard streams is kept beside its log. */
    static NodeProcess start(Class<?> main, NodeArguments arguments) {
        List<String> words = new ArrayList<>(List.of("setsid"));
        words.addAll(JavaCommand.of(main, arguments.words()));
        Path output = arguments.log().resolveSibling(arguments.name() + ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            return new NodeProcess(arguments.name(), arguments.log(), process);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "No node was started. Processes are told apart by setsid (util-linux): is it installed?", e);
        }
    }

    public String name() {
        return name;
    }

    Path log() {
        return log;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Tells the node, which may not be listening. */
    void order(String order) {
        try {
            process.getOutputStream().write((order + "\n").getBytes(US_ASCII));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("Node " + name + " takes no orders.", e);
        }
    }

    /** Sends a signal to the process alone. */
    void signal(String signal) {
        Signals.send(signal, process.pid());
    }

    /** Sends a signal to the process and all that it has started. */
    void signalGroup(String signal) {
        Signals.send(signal, -process.pid());
    }

    boolean awaitEnd(Duration max) throws InterruptedException {
        return process.waitFor(max.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Kills it and all that it has started, frozen or not; safe to call from a shutdown hook. */
    @Override
    public void close() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }
}
