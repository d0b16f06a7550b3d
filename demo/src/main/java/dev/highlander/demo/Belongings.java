package dev.highlander.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.stream.Stream;

/** What the demo has started and made, to be ended and removed once, the latest first, by whoever comes first. */
final class Belongings implements AutoCloseable {
    private final Deque<AutoCloseable> kept = new ArrayDeque<>();
    private boolean closed;

    synchronized <T extends AutoCloseable> T keep(T thing) {
        kept.push(thing);
        if (closed) { // by the shutdown hook, while this was being started
            close();
        }
        return thing;
    }

    /** A directory of ours. */
    synchronized Path keep(Path directory) {
        kept.push(() -> remove(directory));
        if (closed) {
            close();
        }
        return directory;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!kept.isEmpty()) {
            AutoCloseable thing = kept.pop();
            try {
                thing.close();
            } catch (Exception e) {
                System.err.println("Left behind: " + e.getMessage());
            }
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
