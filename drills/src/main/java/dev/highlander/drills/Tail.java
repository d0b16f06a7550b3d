package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A process's log while it grows, and what it says about the process now. */
final class Tail {
    private final Path path;
    private final List<Line> lines = new ArrayList<>();
    private long read;

    private boolean ready;
    private OptionalLong running = OptionalLong.empty();
    private long lastStart = Long.MIN_VALUE;
    private long lastRun = Long.MIN_VALUE;
    private long lastStop = Long.MIN_VALUE;
    private int starts;

    Tail(Path path) {
        this.path = path;
    }

    /** Reads what is new; a line that is not complete is left for the next time. */
    List<Line> readOn() throws IOException {
        if (!Files.exists(path) || Files.size(path) == read) {
            return List.of();
        }
        List<Line> fresh = new ArrayList<>();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] bytes = new byte[(int) (file.length() - read)];
            file.seek(read);
            file.readFully(bytes);
            int from = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == '\n') {
                    fresh.add(Line.parse(new String(bytes, from, i - from, US_ASCII)));
                    from = i + 1;
                }
            }
            read += from;
        }
        fresh.forEach(this::note);
        lines.addAll(fresh);
        return fresh;
    }

    private void note(Line line) {
        switch (line.kind()) {
            case READY -> ready = true;
            case UNREADY -> ready = false;
            case START -> {
                starts++;
                lastStart = line.at();
                running = OptionalLong.of(line.token());
            }
            case RUN -> lastRun = line.at();
            case STOP -> {
                lastStop = line.at();
                running = OptionalLong.empty();
            }
            case STOPPING -> {}
        }
    }

    List<Line> lines() {
        return lines;
    }

    boolean ready() {
        return ready;
    }

    /** The token of the body that has begun and not ended. */
    OptionalLong running() {
        return running;
    }

    long lastStart() {
        return lastStart;
    }

    long lastRun() {
        return lastRun;
    }

    long lastStop() {
        return lastStop;
    }

    int starts() {
        return starts;
    }
}
