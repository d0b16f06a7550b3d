package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * The log that a process writes: each line by one {@code write(2)} of its own to a file that is only appended to, so that
 * whoever is killed has lost nothing but the line it had not come to write, and two processes can share the file.
 *
 * <p>Not a channel: an interrupt, which is how a body is stopped, would close it.
 */
public final class LineLog implements AutoCloseable {
    private final FileOutputStream file;

    /** Appends to {@code path}. */
    public LineLog(Path path) {
        try {
            file = new FileOutputStream(path.toString(), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a line, now. */
    public void add(Line.Kind kind, long token) {
        Line line = new Line(MachineClock.nanos(), kind, token);
        try {
            file.write((line + "\n").getBytes(US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
