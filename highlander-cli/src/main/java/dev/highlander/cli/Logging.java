package dev.highlander.cli;

import java.lang.System.Logger.Level;
import picocli.CommandLine.Option;

/**
 * What is logged on standard error, and how. The loggers are set up when the first of them is made, from system
 * properties, so {@link #configure()} comes before anything that logs.
 */
final class Logging {
    private static final String LEVEL = "highlander.log.level";
    private static final String FORMAT = "highlander.log.format";

    @Option(
            names = {"-v", "--verbose"},
            order = 90,
            description = "Log what happens; -vv logs more.")
    private boolean[] verbose = {};

    @Option(
            names = "--log",
            paramLabel = "FORMAT",
            order = 91,
            converter = LogFormat.Converter.class,
            description = "How to write on standard error: text, or json for one object a line. Default: text.")
    private LogFormat format = LogFormat.TEXT;

    LogFormat format() {
        return format;
    }

    void configure() {
        System.setProperty(LEVEL, verbose.length == 0 ? "ERROR" : verbose.length == 1 ? "INFO" : "DEBUG");
        System.setProperty(FORMAT, format.name());
        System.setProperty(JulSetup.PROPERTY, JulSetup.class.getName());
        if (format == LogFormat.JSON) {
            // Else the JVM would write it by itself, on many lines.
            Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> System.getLogger("dev.highlander.cli")
                    .log(Level.ERROR, "A thread has ended by a bug: " + thread.getName(), thrown));
        }
    }

    static String chosenLevel() {
        return System.getProperty(LEVEL, "ERROR");
    }

    static LogFormat chosenFormat() {
        return LogFormat.valueOf(System.getProperty(FORMAT, LogFormat.TEXT.name()));
    }
}
