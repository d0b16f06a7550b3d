package dev.highlander.spring;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged by {@link System.Logger} while this is open. */
final class Log implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            synchronized (lines) {
                lines.add(new SimpleFormatter().formatMessage(line));
                lines.notifyAll();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private Log(Logger logger) {
        this.logger = logger;
        logger.addHandler(handler);
    }

    static Log of(String name) {
        return new Log(Logger.getLogger(name));
    }

    List<String> all() {
        return lines;
    }

    /** The first line with that in it, once it has come. */
    String awaits(String part) throws InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (line.contains(part)) {
                        return line;
                    }
                }
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new AssertionError("Nobody has logged \"" + part + "\", but: " + lines);
                }
                lines.wait(left);
            }
        }
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
