package dev.highlander.cli;

import dev.highlander.cli.StatusSource.Row;
import dev.highlander.lock.Namespace;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of all keys, again and again: on a terminal the table in its place; elsewhere a line for each change, or as
 * JSON a line for each look. While nobody can be asked it says so (among JSON: on standard error), and goes on asking.
 */
final class StatusWatch {
    private static final String CLEAR = "\033[H\033[J";

    /** How it is shown. */
    enum Form {
        SCREEN,
        LINES,
        JSON
    }

    private final StatusSource source;
    private final Namespace namespace;
    private final Form form;
    private final PrintStream out;
    private final PrintStream err;
    private final Supplier<Instant> clock;

    private Map<String, Row> last = Map.of();
    private @Nullable String trouble;

    StatusWatch(
            StatusSource source,
            Namespace namespace,
            Form form,
            PrintStream out,
            PrintStream err,
            Supplier<Instant> clock) {
        this.source = source;
        this.namespace = namespace;
        this.form = form;
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /** Until nobody reads it any more, or a signal ends the process. */
    void run(Duration interval) throws InterruptedException {
        long next = System.nanoTime();
        while (look()) {
            next = Math.max(next + interval.toNanos(), System.nanoTime());
            Thread.sleep(Duration.ofNanos(next - System.nanoTime()).toMillis());
        }
    }

    /** Looks once; false when what it writes goes nowhere. */
    boolean look() {
        try {
            show(source.read());
            trouble = null;
        } catch (FailedException e) {
            String message = String.valueOf(e.getMessage());
            if (form == Form.SCREEN) {
                out.print(CLEAR + StatusText.table(List.copyOf(last.values())) + "\n\n" + now()
                        + "  This is how it was: " + message + "\n");
            } else if (!message.equals(trouble)) {
                (form == Form.JSON ? err : out).println(now() + " " + message);
            }
            trouble = message;
        }
        out.flush();
        return !out.checkError();
    }

    private void show(List<Row> rows) {
        Map<String, Row> present = new LinkedHashMap<>();
        rows.forEach(row -> present.put(row.key(), row));
        switch (form) {
            case SCREEN -> out.print(CLEAR + StatusText.table(rows) + "\n\n" + now() + "\n");
            case JSON -> out.println(StatusText.jsonLine(namespace, rows, clock.get()));
            case LINES -> {
                if (trouble != null) {
                    out.println(now() + " The lock service can be asked again.");
                }
                rows.stream()
                        .filter(row -> !row.equals(last.get(row.key())))
                        .forEach(row -> out.println(now() + " " + StatusText.line(row)));
                last.keySet().stream()
                        .filter(key -> !present.containsKey(key))
                        .forEach(key -> out.println(now() + " " + key + " is held and wanted by nobody"));
            }
        }
        last = present;
    }

    private String now() {
        return clock.get().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
