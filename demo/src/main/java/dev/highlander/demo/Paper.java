package dev.highlander.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Where the account is written: a line at a time, each with the seconds since the beginning. */
final class Paper {
    /** How a line is to look where there are colours. */
    enum Ink {
        PLAIN(""),
        FAINT("\033[2m"),
        GOOD("\033[32m"),
        LOUD("\033[1;32m"),
        BAD("\033[1;31m");

        private final String code;

        Ink(String code) {
            this.code = code;
        }
    }

    private final PrintStream out;
    private final boolean colours;
    private final long began = System.nanoTime();

    Paper(PrintStream out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    /** A line that happened at {@code nanos}. */
    synchronized void line(long nanos, Ink ink, String text) {
        out.println(String.format(Locale.ROOT, "%6.1f s  ", (nanos - began) / 1e9) + dye(ink, text));
    }

    /** A line that happens now. */
    void line(Ink ink, String text) {
        line(System.nanoTime(), ink, text);
    }

    /** Text without a time. */
    synchronized void text(Ink ink, String text) {
        out.println(dye(ink, text));
    }

    private String dye(Ink ink, String text) {
        return colours && !ink.code.isEmpty() ? ink.code + text + "\033[0m" : text;
    }
}
