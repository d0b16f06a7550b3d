package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/**
 * Sends signals by the own {@code kill} of one shell that is kept waiting, so that a signal is on its way a moment after
 * it was noted: to start a program for each can take as long as what is to be measured.
 *
 * <p>The shell ends when this JVM does, and stays out of the way of what a terminal sends to this JVM.
 */
final class Signals {
    private static final String SCRIPT =
            "while read -r signal target; do kill -s \"$signal\" -- \"$target\"; echo $?; done";
    private static final Signals SHELL = new Signals();

    private final Writer orders;
    private final BufferedReader answers;

    private Signals() {
        try {
            Process shell = new ProcessBuilder("setsid", "/bin/sh", "-c", SCRIPT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            orders = shell.outputWriter(US_ASCII);
            answers = shell.inputReader(US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "No shell to send signals with. It is started by setsid (util-linux): is that installed?", e);
        }
    }

    /** Returns when it was sent; {@code target} is a process, or the negative number of a process group. */
    static void send(String signal, long target) {
        SHELL.order(signal, target);
    }

    private synchronized void order(String signal, long target) {
        try {
            orders.write(signal + " " + target + "\n");
            orders.flush();
            String status = answers.readLine();
            if (!"0".equals(status)) {
                throw new DrillException("kill -s " + signal + " -- " + target + " answered " + status + ".");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
