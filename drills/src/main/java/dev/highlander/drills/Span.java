package dev.highlander.drills;

/** A stretch of time; empty unless {@code from < to}. */
record Span(long from, long to) {
    Span intersection(Span other) {
        return new Span(Math.max(from, other.from), Math.min(to, other.to));
    }

    long nanos() {
        return Math.max(0, to - from);
    }
}
