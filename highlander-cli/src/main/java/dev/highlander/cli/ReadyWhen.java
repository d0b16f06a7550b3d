package dev.highlander.cli;

import java.util.Optional;

/** What shows that a command has come up. */
sealed interface ReadyWhen {
    /**
     * A line of its standard output.
     *
     * @param text is in it
     */
    record Line(String text) implements ReadyWhen {}

    /**
     * A port that accepts connections.
     *
     * @param host where; empty for this machine
     * @param number of the port
     */
    record Port(String host, int number) implements ReadyWhen {}

    /**
     * A command that ends with status 0.
     *
     * @param script for the shell
     */
    record Check(String script) implements ReadyWhen {}

    /**
     * Reads {@code line:TEXT}, {@code port:[HOST:]PORT} or {@code command:SCRIPT}.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    static ReadyWhen parse(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon);
        String rest = text.substring(colon + 1);
        return switch (kind) {
            case "line" -> new Line(required(rest, "line:", "the text of a line"));
            case "command" -> new Check(required(rest, "command:", "a command for the shell"));
            case "port" -> port(required(rest, "port:", "a port"));
            default ->
                throw new IllegalArgumentException("\"" + Shown.of(text)
                        + "\" is nothing to wait for. Write line:TEXT for a line of standard output"
                        + " with that text, port:8080 or port:HOST:8080 for a port that accepts connections, or"
                        + " command:SCRIPT for a shell command that succeeds.");
        };
    }

    private static String required(String rest, String kind, String what) {
        if (rest.isBlank()) {
            throw new IllegalArgumentException("After " + kind + " there is nothing. Write " + what + " after it.");
        }
        if (rest.chars().anyMatch(c -> c == 0 || (c == '\n' && kind.equals("line:")))) {
            throw new IllegalArgumentException(
                    "After " + kind + " there is a character that can't be in it (NUL or newline). Remove it.");
        }
        return rest;
    }

    private static Port port(String rest) {
        int colon = rest.lastIndexOf(':');
        String host = colon < 0 ? "" : rest.substring(0, colon);
        return number(rest.substring(colon + 1))
                .map(number -> new Port(host.replaceAll("^\\[|\\]$", ""), number))
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"" + Shown.of(rest) + "\" has no port from 1 to 65535. Write port:8080 or port:HOST:8080."));
    }

    private static Optional<Integer> number(String digits) {
        return Optional.of(digits)
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(Integer::valueOf)
                .filter(number -> number >= 1 && number <= 65535);
    }
}
