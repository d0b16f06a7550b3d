package dev.highlander.cli;

/** Text of the user's in a message: on one line, not too long for it, and without what may be a password in a URL. */
final class Shown {
    private static final int MAX = 60;

    private Shown() {}

    static String of(String text) {
        int url = text.indexOf("://");
        String line = (url < 0 ? text : text.substring(0, url + 3) + "...").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MAX ? line : line.substring(0, MAX) + "...";
    }
}
