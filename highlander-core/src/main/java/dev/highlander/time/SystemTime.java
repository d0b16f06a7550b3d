package dev.highlander.time;

import java.time.Instant;

/** The machine's own clocks. */
final class SystemTime implements Time {
    static final SystemTime INSTANCE = new SystemTime();

    private final long start = System.nanoTime();
    private final LeapDetector leaps = new LeapDetector();

    private SystemTime() {
        leap();
    }

    @Override
    public long nanos() {
        return System.nanoTime() - start;
    }

    @Override
    public long leap() {
        return leaps.observe(nanos(), System.currentTimeMillis() * 1_000_000L);
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public Agenda agenda(String name) {
        return new ThreadAgenda(this, name);
    }

    @Override
    public Fork fork(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread::interrupt;
    }
}
