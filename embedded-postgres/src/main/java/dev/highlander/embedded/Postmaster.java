package dev.highlander.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** One run of the server's program, from its launch to its end. */
final class Postmaster {
    enum Progress {
        READY,
        ENDED,
        LATE
    }

    private final DataDirectory data;
    private final Process process;
    private final long logStart;

    private Postmaster(DataDirectory data, Process process, long logStart) {
        this.data = data;
        this.process = process;
        this.logStart = logStart;
    }

    static Postmaster launch(DataDirectory data) throws IOException {
        long logStart = data.logSize();
        return new Postmaster(data, data.launch(), logStart);
    }

    /** Waits until the server accepts connections, has ended, or is late. */
    Progress awaitReady(Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        OptionalLong us = OptionalLong.of(process.pid());
        while (!data.ready().equals(us)) {
            if (process.waitFor(3, TimeUnit.MILLISECONDS)) {
                return Progress.ENDED;
            }
            if (System.nanoTime() - deadline > 0) {
                return Progress.LATE;
            }
        }
        return Progress.READY;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks the server to end and tells whether it did. */
    boolean end(Shutdown how, Duration limit) throws IOException {
        if (process.isAlive()) {
            try {
                Programs.signal(how.signal(), process.pid());
            } catch (IOException e) {
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
        return Programs.waitFor(process, limit);
    }

    /** Ends the postmaster by SIGKILL; its backends notice and follow. */
    void kill() {
        process.destroyForcibly();
        Programs.waitFor(process, Duration.ofSeconds(10));
    }

    /** What this run has written to the log. */
    String log() throws IOException {
        return data.logSince(logStart);
    }
}
