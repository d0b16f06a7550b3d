package dev.highlander.cli;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How lines on standard error are written. */
enum LogFormat {
    /** For people. */
    TEXT,
    /** One JSON object a line, whatever it is about. */
    JSON;

    private static final String OURSELVES = "highlander";

    /** A line of highlander itself, without its end; {@code details} are for programs only. */
    String line(String level, String message, Map<String, ?> details) {
        return this == TEXT
                ? OURSELVES + ": " + message
                : JsonLine.of(Instant.now(), level, OURSELVES, message, details, "");
    }

    static final class Converter implements ITypeConverter<LogFormat> {
        @Override
        public LogFormat convert(String text) {
            for (LogFormat format : values()) {
                if (format.toString().equals(text)) {
                    return format;
                }
            }
            throw new TypeConversionException("There is no format \"" + Shown.of(text) + "\". Write text or json.");
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
