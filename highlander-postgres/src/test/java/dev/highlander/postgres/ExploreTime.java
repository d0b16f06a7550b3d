package dev.highlander.postgres;

import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Instant;

/** A clock that goes on by whole steps, and no threads. */
final class ExploreTime implements Time {
    /** Far from all other numbers, so that instants are told from numbers of holds and claims. */
    static final long BEGINNING = 1L << 52;

    private long now = BEGINNING;

    void pass(long nanos) {
        now += nanos;
    }

    static boolean isInstant(long value) {
        return value > BEGINNING / 2 && value < BEGINNING * 2;
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public long leap() {
        return 0;
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH;
    }

    @Override
    public Agenda agenda(String name) {
        throw new UnsupportedOperationException("There are no threads here.");
    }

    @Override
    public Fork fork(String name, Runnable work) {
        throw new UnsupportedOperationException("There are no threads here.");
    }
}
