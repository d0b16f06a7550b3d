package dev.highlander.drills;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads the logs of all processes while they grow, and lets others wait for what they say. */
public final class Watch implements AutoCloseable {
    private static final long LOOK_MILLIS = 3;

    private final Map<String, Tail> tails = new LinkedHashMap<>();
    private final Listener listener;
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "watch");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Throwable broken;

    /** Tells {@code listener} each line and the process that wrote it, soon after it was written. */
    Watch(Listener listener) {
        this.listener = listener;
        var unused = reader.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    synchronized void follow(NodeProcess process) {
        tails.put(process.name(), new Tail(process.log()));
    }

    private synchronized void look() {
        try {
            for (Map.Entry<String, Tail> tail : tails.entrySet()) {
                for (Line line : tail.getValue().readOn()) {
                    listener.wrote(tail.getKey(), line);
                }
            }
        } catch (IOException | RuntimeException e) {
            broken = e;
        }
        notifyAll();
    }

    /** Waits until {@code condition}, which may ask this about any process, is true. */
    synchronized void await(String what, Duration max, BooleanSupplier condition) throws InterruptedException {
        long end = MachineClock.nanos() + max.toNanos();
        while (!condition.getAsBoolean()) {
            if (broken != null) {
                throw new DrillException("The logs can't be read.", broken);
            }
            long left = end - MachineClock.nanos();
            if (left <= 0) {
                throw new DrillException("Not within " + max.toMillis() + " ms: " + what + ". Now: " + this);
            }
            wait(left / 1_000_000 + 1);
        }
    }

    synchronized Tail of(String process) {
        Tail tail = tails.get(process);
        if (tail == null) {
            throw new IllegalArgumentException("Nobody follows " + process + ".");
        }
        return tail;
    }

    /** When the latest body began. */
    synchronized long lastStart() {
        return tails.values().stream().mapToLong(Tail::lastStart).max().orElse(Long.MIN_VALUE);
    }

    /** All that has been written, up to now. */
    synchronized List<NodeLog> logs() {
        look();
        List<NodeLog> logs = new ArrayList<>();
        tails.forEach((process, tail) -> logs.add(new NodeLog(process, tail.lines())));
        return logs;
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        long now = MachineClock.nanos();
        tails.forEach((process, tail) -> {
            List<Line> lines = tail.lines();
            text.append(text.length() == 0 ? "" : "; ").append(process);
            if (!lines.isEmpty()) {
                Line last = lines.get(lines.size() - 1);
                text.append(" last wrote ").append(last.kind()).append(' ');
                text.append((now - last.at()) / 1_000_000).append(" ms ago");
            }
        });
        return text.toString();
    }
}
