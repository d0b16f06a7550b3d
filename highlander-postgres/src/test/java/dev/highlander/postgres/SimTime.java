package dev.highlander.postgres;

import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.time.Instant;

/** The clocks and the threads of a simulated process. */
final class SimTime implements Time {
    private final SimWorld world;
    private final SimProcess process;
    private final Mistake mistake;

    SimTime(SimWorld world, SimProcess process, Mistake mistake) {
        this.world = world;
        this.process = process;
        this.mistake = mistake;
    }

    @Override
    public long nanos() {
        return mistake == Mistake.MEASURES_BY_THE_WALL_CLOCK ? Math.max(0, process.wall()) : process.local();
    }

    @Override
    public long leap() {
        return mistake == Mistake.COUNTS_NO_SUSPENDED_TIME || mistake == Mistake.MEASURES_BY_THE_WALL_CLOCK
                ? 0
                : process.leap();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH;
    }

    @Override
    public Agenda agenda(String name) {
        return name.startsWith("highlander-events") ? new Deaf() : new SimAgenda();
    }

    @Override
    public Fork fork(String name, Runnable work) {
        world.at(world.now() + process.threadDelay(), process, work);
        return () -> {};
    }

    /** A thread's worth of work: in the order given, each piece a little late. */
    private final class SimAgenda implements Agenda {
        private long last;
        private boolean closed;

        @Override
        public void execute(Runnable work) {
            last = Math.max(last, world.now() + process.threadDelay());
            world.at(last, process, unlessClosed(work));
        }

        @Override
        public Timer at(long nanos, Runnable work) {
            // Threads wait by the monotonic clock, whatever clock somebody measures by.
            long due = nanos - (nanos() - process.local());
            return world.deadline(due, process.threadDelay(), process, unlessClosed(work))::cancel;
        }

        private Runnable unlessClosed(Runnable work) {
            return () -> {
                if (!closed) {
                    work.run();
                }
            };
        }

        /** Nobody may wait for anybody where there is one thread. */
        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Where the log and listeners would be served. */
    private static final class Deaf implements Agenda {
        @Override
        public void execute(Runnable work) {}

        @Override
        public Timer at(long nanos, Runnable work) {
            return () -> {};
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void close() {}
    }
}
