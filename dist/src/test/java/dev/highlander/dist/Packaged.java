package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The archive, unpacked into a directory of its own, and its launcher as a black box: what goes in, what comes out. */
final class Packaged implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private static Packaged unpacked;

    private final Path directory;
    private final Path home;
    private final Path cache;
    private final Map<String, String> environment = new HashMap<>();

    /** How a process ended. */
    record Ended(int status, String out, String err) {}

    private Packaged(Path directory, Path home, Path cache) {
        this.directory = directory;
        this.home = home;
        this.cache = cache;
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("HIGHLANDER_CACHE", cache.toString());
    }

    /** Unpacked once for all tests, with its class archive made, which takes a while. */
    static Packaged warm() throws IOException, InterruptedException {
        synchronized (Packaged.class) {
            if (unpacked == null) {
                Path root = scratch();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(root)));
                Packaged tar = new Packaged(root, root, root.resolve("cache"));
                Ended ended = tar.run(
                        List.of("tar", "-xzf", System.getProperty("highlander.archive"), "-C", root.toString()), "");
                assertThat(ended.status()).as(ended.err()).isZero();
                try (var files = Files.list(root)) {
                    Path home = files.filter(file -> Files.isDirectory(file.resolve("bin")))
                            .findFirst()
                            .orElseThrow();
                    unpacked = new Packaged(root, home, root.resolve("cache"));
                }
                ended = unpacked.run("prepare");
                assertThat(ended.status()).as(ended.err()).isZero();
            }
            return new Packaged(scratch(), unpacked.home, unpacked.cache);
        }
    }

    /** As it is when it starts for the first time. */
    static Packaged cold() throws IOException, InterruptedException {
        Packaged warm = warm();
        return new Packaged(warm.directory, warm.home, warm.directory.resolve("cache"));
    }

    private static Path scratch() throws IOException {
        return Files.createTempDirectory("highlander dist");
    }

    /** For this test's own files; where it runs, too. */
    Path directory() {
        return directory;
    }

    Path home() {
        return home;
    }

    Path launcher() {
        return home.resolve("bin/highlander");
    }

    Path cache() {
        return cache;
    }

    /** For all that is started from now on; null takes the variable away. */
    Packaged with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Ended run(String... args) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(launcher().toString()));
        words.addAll(List.of(args));
        return run(words, "");
    }

    Ended run(List<String> words, String input) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        Process process = builder(words)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still runs: " + words + "; " + Files.readString(err));
        }
        return new Ended(process.exitValue(), read(out), read(err));
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    ProcessBuilder builder(List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().remove("DATABASE_URL");
        environment.forEach((name, value) -> {
            if (value == null) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return builder;
    }

    /** The class archives that there are, whole ones only. */
    List<Path> classArchives() throws IOException {
        if (!Files.isDirectory(cache)) {
            return List.of();
        }
        try (var files = Files.list(cache)) {
            return files.filter(file -> file.toString().endsWith(".jsa")).toList();
        }
    }

    @Override
    public void close() {
        remove(directory);
    }

    private static void remove(Path tree) {
        try (var files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
