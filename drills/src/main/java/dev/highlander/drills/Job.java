package dev.highlander.drills;

/**
 * The work that only one process may do: it writes a line every {@link #period} and checks nothing but its own interrupt,
 * as most work does.
 *
 * @param log where it writes
 * @param period how often, in milliseconds
 */
public record Job(LineLog log, long period) {
    /** Runs until it is interrupted. */
    public void run(long token) {
        run(token, () -> {});
    }

    /** Runs until it is interrupted, or {@code check}, which is asked before each line, throws. */
    @SuppressWarnings("ThreadSleep") // the pace of the work itself
    void run(long token, Runnable check) {
        log.add(Line.Kind.START, token);
        try {
            while (true) {
                Thread.sleep(period);
                check.run();
                log.add(Line.Kind.RUN, token);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            log.add(Line.Kind.STOP, token);
        }
    }
}
