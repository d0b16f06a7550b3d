package dev.highlander.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The few operating-system commands that are needed. */
final class Programs {
    static final File NOTHING = new File("/dev/null");

    private Programs() {}

    record Result(int exit, String output) {}

    /** A command in an environment that says nothing to Postgres, with messages in English. */
    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /** Runs a command to its end, which has to be near. */
    static Result run(List<String> command) throws IOException {
        Process process = builder(command).redirectInput(NOTHING).start();
        try (var output = process.getInputStream()) {
            String said = new String(output.readAllBytes(), UTF_8);
            waitFor(process, Duration.ofSeconds(10));
            return new Result(process.exitValue(), said);
        }
    }

    /** Sends a signal by the shell's own {@code kill}, as slim images have no other. */
    static void signal(String name, long pid) throws IOException {
        Result result = run(List.of("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(pid)));
        if (result.exit() != 0) {
            throw new IOException("kill -s " + name + " " + pid + ": " + result.output());
        }
    }

    /** Waits for a process through interrupts, which it keeps, and tells whether the process has ended. */
    static boolean waitFor(Process process, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
