package dev.highlander.drills;

import java.nio.file.Path;

/** The same work as an operating-system command: told its term by the environment, ended by SIGTERM. */
public final class CommandBody {
    private CommandBody() {}

    /** Arguments: the log to write to, and the period in milliseconds. */
    public static void main(String[] args) {
        long token = Long.parseLong(System.getenv("HIGHLANDER_TOKEN"));
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.interrupt();
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        new Job(new LineLog(Path.of(args[0])), Long.parseLong(args[1])).run(token);
    }
}
