package dev.highlander.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A {@code highlander} in a JVM of its own, as a black box: what it prints, and how it ends. */
final class Wrapper implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Lines out;
    private final Lines err;

    private Wrapper(ProcessBuilder builder) throws IOException {
        process = builder.start();
        out = new Lines("stdout", process.getInputStream());
        err = new Lines("stderr", process.getErrorStream());
    }

    static Wrapper start(String... args) throws IOException {
        return start(Map.of(), args);
    }

    static Wrapper start(Map<String, String> environment, String... args) throws IOException {
        ProcessBuilder builder = builder(args);
        builder.environment().putAll(environment);
        return new Wrapper(builder);
    }

    /** Whatever is started by {@code builder}. */
    static Wrapper start(ProcessBuilder builder) throws IOException {
        return new Wrapper(builder);
    }

    /** By a program that is given the rest as its arguments. */
    static Wrapper startBy(List<String> program, String classPath, String... args) throws IOException {
        List<String> words = new ArrayList<>(program);
        ProcessBuilder builder = builder(args);
        words.addAll(builder.command());
        words.set(words.indexOf("-cp") + 1, classPath);
        return new Wrapper(builder.command(words));
    }

    /** Not yet started. */
    static ProcessBuilder builder(String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.highlander.cli.Main"));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("DATABASE_URL");
        return builder;
    }

    String awaitOut(String part) throws InterruptedException {
        return out.await(part, 1);
    }

    void awaitOutCount(String part, int count) throws InterruptedException {
        out.await(part, count);
    }

    String awaitErr(String part) throws InterruptedException {
        return err.await(part, 1);
    }

    List<String> out() {
        return out.all();
    }

    List<String> err() {
        return err.all();
    }

    /** To the wrapper alone. */
    void signal(String name) throws IOException, InterruptedException {
        signal(name, process.pid());
    }

    static void signal(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid)
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new AssertionError("no process to send SIG" + name + " to");
        }
    }

    /** At once, without another process. */
    void kill() {
        process.toHandle().destroyForcibly(); // unlike the process itself, it leaves the streams open
    }

    /** The process that says of itself that its id is {@code pid}, wherever it may be. */
    Optional<ProcessHandle> outside(long pid) {
        return process.descendants()
                .filter(one -> {
                    List<String> ids = ids(one);
                    return ids.size() > 1 && ids.get(ids.size() - 1).equals(Long.toString(pid));
                })
                .findFirst()
                .or(() -> ProcessHandle.of(pid));
    }

    /** In each namespace one, the innermost last. */
    private static List<String> ids(ProcessHandle one) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(one.pid()), "status")).stream()
                    .filter(line -> line.startsWith("NSpid:"))
                    .map(line -> List.of(line.substring(6).strip().split("\\s+", -1)))
                    .findFirst()
                    .orElse(List.of());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** The guard that is alive at this moment. */
    ProcessHandle guard() {
        return process.descendants().filter(Wrapper::isGuard).findFirst().orElseThrow();
    }

    private static boolean isGuard(ProcessHandle one) {
        return one.info().commandLine().orElse("").contains("highlander-guard");
    }

    /** And more may come. */
    void type(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    void write(String text) throws IOException {
        type(text);
        process.getOutputStream().close();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The exit status; all that was printed is read by then. */
    int await() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still runs; " + this);
        }
        out.join();
        err.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        // Not the guard: it sees to what has left the tree.
        process.descendants().filter(one -> !isGuard(one)).forEach(ProcessHandle::destroyForcibly);
        kill();
    }

    @Override
    public String toString() {
        return "stdout " + out.all() + ", stderr " + err.all();
    }

    /** The lines of a stream, as they come. */
    private static final class Lines {
        private final String name;
        private final List<String> lines = new ArrayList<>();
        private final Thread reader;
        private boolean ended;

        Lines(String name, InputStream stream) {
            this.name = name;
            reader = new Thread(() -> read(stream), name);
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream stream) {
            try (BufferedReader text = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = text.readLine(); line != null; line = text.readLine()) {
                    synchronized (lines) {
                        lines.add(line);
                        lines.notifyAll();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                synchronized (lines) {
                    ended = true;
                    lines.notifyAll();
                }
            }
        }

        /** The line that is the {@code count}th with {@code part} in it. */
        String await(String part, int count) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            synchronized (lines) {
                while (true) {
                    List<String> found =
                            lines.stream().filter(line -> line.contains(part)).toList();
                    if (found.size() >= count) {
                        return found.get(count - 1);
                    }
                    long left = end - System.nanoTime();
                    if (ended || left <= 0) {
                        throw new AssertionError(
                                "\"" + part + "\" is not in " + name + " " + count + " times: " + lines);
                    }
                    TimeUnit.NANOSECONDS.timedWait(lines, left);
                }
            }
        }

        List<String> all() {
            synchronized (lines) {
                return List.copyOf(lines);
            }
        }

        void join() throws InterruptedException {
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        }
    }
}
