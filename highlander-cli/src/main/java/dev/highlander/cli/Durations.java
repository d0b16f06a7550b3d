package dev.highlander.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h}. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(-?)([0-9]+)(ms|s|m|h|)");
    private static final String REMEDY = "Write a whole number and a unit, such as 500ms, 10s, 2m or 1h.";

    private Durations() {}

    /** What may also be {@code 0}, for no limit. */
    static Duration parseLimit(String text) {
        return text.matches("0+(ms|s|m|h|)") ? Duration.ZERO : parse(text);
    }

    static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + Shown.of(text) + "\" is no duration. " + REMEDY);
        }
        if (matcher.group(3).isEmpty()) {
            throw new IllegalArgumentException("The duration " + Shown.of(text) + " has no unit. " + REMEDY);
        }
        if (!matcher.group(1).isEmpty()) {
            throw new IllegalArgumentException("The duration " + Shown.of(text) + " is negative. Use more than zero.");
        }
        Duration duration = multiply(text, matcher.group(2), unit(matcher.group(3)));
        if (duration.isZero()) {
            throw new IllegalArgumentException("The duration " + Shown.of(text) + " is zero. Use more than zero.");
        }
        return duration;
    }

    private static Duration multiply(String text, String digits, Duration unit) {
        try {
            Duration duration = unit.multipliedBy(Long.parseLong(digits));
            long unused = duration.toNanos(); // all that takes a duration counts in these
            return duration;
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "The duration " + Shown.of(text) + " is longer than can be counted. Use less than 292 years.", e);
        }
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
    }

    /** For people: {@code 12.5 s}, {@code 625 ms}, {@code 2 min 5 s}. */
    static String words(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return millis / 1_000 + (millis % 1_000 < 100 ? "" : "." + millis % 1_000 / 100) + " s";
        }
        long seconds = (millis + 999) / 1_000;
        return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
}
