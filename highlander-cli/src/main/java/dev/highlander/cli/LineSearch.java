package dev.highlander.cli;

/** Looks for bytes within a line of a stream that comes in pieces, and keeps nothing of it (Knuth, Morris, Pratt). */
final class LineSearch {
    private final byte[] text;
    private final int[] fallback;
    private int matched;

    LineSearch(byte[] text) {
        this.text = text.clone();
        this.fallback = fallbacks(text);
    }

    /** For each length that has matched, the longest shorter one that has matched then as well. */
    private static int[] fallbacks(byte[] text) {
        int[] fallback = new int[text.length + 1];
        int shorter = 0;
        for (int i = 1; i < text.length; i++) {
            while (shorter > 0 && text[i] != text[shorter]) {
                shorter = fallback[shorter];
            }
            if (text[i] == text[shorter]) {
                shorter++;
            }
            fallback[i + 1] = shorter;
        }
        return fallback;
    }

    /** Whether the text is complete with the next {@code length} bytes of the stream. */
    boolean isIn(byte[] piece, int length) {
        for (int i = 0; i < length; i++) {
            while (matched > 0 && piece[i] != text[matched]) {
                matched = fallback[matched];
            }
            if (piece[i] == text[matched]) {
                matched++;
            }
            if (matched == text.length) {
                matched = fallback[matched];
                return true;
            }
        }
        return false;
    }
}
