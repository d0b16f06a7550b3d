package dev.highlander.interleavings;

import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Instant;

/** A time that stands still, whose forks are run at once by the thread that forks. */
public final class StandingTime implements Time {
    @Override
    public long nanos() {
        return 1;
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
        throw new UnsupportedOperationException();
    }

    @Override
    public Fork fork(String name, Runnable work) {
        work.run();
        return () -> {};
    }
}
