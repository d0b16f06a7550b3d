package dev.highlander.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes for people on standard error, on a thread of its own: whoever reads it may be slow, and neither the lock service
 * nor the command must be held up by that.
 */
final class Narrator implements AutoCloseable {
    private static final String ERASE_LINE = "\r\033[K";
    private static final long PATIENCE_MILLIS = 1_000;

    private final PrintStream err;
    private final boolean terminal;
    private final LogFormat format;
    private final Map<String, ?> always;
    private final ScheduledThreadPoolExecutor thread;

    // Of that thread.
    private @Nullable Future<?> ticks;
    private boolean lineOpen;

    Narrator(PrintStream err, boolean terminal) {
        this(err, terminal, LogFormat.TEXT, Map.of());
    }

    /** {@code always} are details of every line. */
    Narrator(PrintStream err, boolean terminal, LogFormat format, Map<String, ?> always) {
        this.err = err;
        this.terminal = terminal && format == LogFormat.TEXT;
        this.format = format;
        this.always = always;
        thread = new ScheduledThreadPoolExecutor(
                1,
                work -> {
                    Thread made = new Thread(work, "highlander-narrator");
                    made.setDaemon(true);
                    return made;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
    }

    void say(String text) {
        say(text, Map.of());
    }

    /** {@code details} are for programs that read this. */
    void say(String text, Map<String, ?> details) {
        thread.execute(() -> {
            Map<String, Object> all = new LinkedHashMap<>(always);
            all.putAll(details);
            eraseLine();
            err.println(format.line("INFO", text, all));
        });
    }

    /** Runs {@code work} on this thread after {@code first}, and then every {@code next}, until it is cancelled. */
    Future<?> every(Duration first, Duration next, Runnable work) {
        return thread.scheduleAtFixedRate(work, first.toMillis(), next.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Shows how much is left: each second on a terminal, else once; nothing at all if it ends within {@code first}. */
    void countDown(Countdown countdown, Duration first) {
        thread.execute(() -> {
            stopTicking();
            ticks = terminal
                    ? every(first, Duration.ofSeconds(1), () -> rewriteLine(countdown.left(System.nanoTime())))
                    : thread.schedule(() -> say(countdown.announcement()), first.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    void endCountdown() {
        thread.execute(() -> {
            stopTicking();
            eraseLine();
        });
    }

    private void stopTicking() {
        if (ticks != null) {
            ticks.cancel(false);
            ticks = null;
        }
    }

    private void rewriteLine(String text) {
        err.print(ERASE_LINE + "highlander: " + text);
        err.flush();
        lineOpen = true;
    }

    private void eraseLine() {
        if (lineOpen) {
            err.print(ERASE_LINE);
            err.flush();
            lineOpen = false;
        }
    }

    /** Waits a little for what is still to be written. */
    @Override
    public void close() {
        endCountdown();
        thread.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            boolean unused = thread.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
