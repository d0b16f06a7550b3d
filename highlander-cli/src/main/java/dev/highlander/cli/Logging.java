package dev.highlander.cli;

import picocli.CommandLine.Option;

/**
 * How much is logged, on standard error. Logback reads its level from a system property when the first logger is made, so
 * {@link #configure()} comes before anything that logs.
 */
final class Logging {
    private static final String LEVEL = "highlander.log.level";

    @Option(
            names = {"-v", "--verbose"},
            order = 90,
            description = "Log what happens; -vv logs more.")
    private boolean[] verbose = {};

    void configure() {
        if (verbose.length > 0) {
            System.setProperty(LEVEL, verbose.length == 1 ? "INFO" : "DEBUG");
        }
    }
}
