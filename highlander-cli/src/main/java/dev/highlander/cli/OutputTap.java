package dev.highlander.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.Charset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Copies a command's output byte for byte, and looks for a text in a line on the way. */
final class OutputTap {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long POLL = 2_000_000L;

    private final InputStream from;
    private final OutputStream to;
    private final LineSearch search;
    private final CompletableFuture<Void> seen = new CompletableFuture<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean reading;

    OutputTap(InputStream from, OutputStream to, String text) {
        this.from = from;
        this.to = to;
        this.search = new LineSearch(text.getBytes(Charset.defaultCharset()));
    }

    void start(String name) {
        Thread thread = new Thread(this::copy, name + "-output");
        thread.setDaemon(true);
        thread.start();
    }

    private void copy() {
        byte[] buffer = new byte[8192];
        try (from) { // closed when nobody takes it any more, so that the command hears of it as it would without us
            for (int length = read(buffer); length >= 0; length = read(buffer)) {
                // Before it is written: whoever reads slowly does not hold up what waits for the line.
                if (!seen.isDone() && search.isIn(buffer, length)) {
                    seen.complete(null);
                }
                to.write(buffer, 0, length);
                to.flush();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The output of the command goes nowhere any more.", e);
        } finally {
            over.complete(null);
        }
    }

    private int read(byte[] buffer) throws IOException {
        reading = true;
        int length = from.read(buffer);
        reading = false;
        return length;
    }

    /** Completes when a line with the text has come; maybe never. */
    CompletionStage<Void> seen() {
        return seen;
    }

    /**
     * Returns when what the command has written is written, or nothing of it was taken for {@code patienceNanos}. Not
     * when the stream ends: a process that nobody knows of may hold it open for ever.
     */
    void drain(long patienceNanos) {
        long end = System.nanoTime() + patienceNanos;
        int idle = 0;
        while (!over.isDone() && idle < 5 && System.nanoTime() - end < 0) {
            idle = reading && isEmpty() ? idle + 1 : 0;
            LockSupport.parkNanos(POLL);
        }
    }

    private boolean isEmpty() {
        try {
            return from.available() == 0;
        } catch (IOException e) {
            return true; // closed
        }
    }

    /** As long as it takes, for those who have the time of {@link #drain(long)}. */
    static long forEver() {
        return TimeUnit.DAYS.toNanos(365);
    }
}
