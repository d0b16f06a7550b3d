package dev.highlander.drills;

import static dev.highlander.drills.MachineClock.millis;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** One term's body, as one process's lines tell it. */
final class Body {
    /** How often a running body writes. */
    static final long PERIOD = millis(5);

    final String process;
    final long token;
    final long start;
    private final List<Line> runs = new ArrayList<>();
    private OptionalLong stop = OptionalLong.empty();

    Body(String process, Line first) {
        this.process = process;
        this.token = first.token();
        this.start = first.at();
    }

    void add(Line line) {
        if (line.kind() == Line.Kind.RUN) {
            runs.add(line);
        } else if (line.kind() == Line.Kind.STOP && stop.isEmpty()) {
            stop = OptionalLong.of(line.at());
        }
    }

    List<Line> runs() {
        return runs;
    }

    List<Line> runsWithin(Span span) {
        return runs.stream()
                .filter(run -> run.at() >= span.from() && run.at() < span.to())
                .toList();
    }

    boolean hasStoppedBy(long at) {
        return stop.isPresent() && stop.getAsLong() <= at;
    }

    /** It has ended when it says so; if it is dead, a period after its last line; else it lives to the end of the story. */
    long end(boolean dead, long horizon) {
        long last = runs.isEmpty() ? start : runs.get(runs.size() - 1).at();
        if (stop.isPresent()) {
            return last > stop.getAsLong() ? last + PERIOD : stop.getAsLong();
        }
        return dead ? last + PERIOD : horizon;
    }

    @Override
    public String toString() {
        return "token " + token + " of " + process;
    }
}
