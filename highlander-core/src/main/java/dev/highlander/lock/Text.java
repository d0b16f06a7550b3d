package dev.highlander.lock;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Checks of names that people give. */
final class Text {
    private Text() {}

    static void check(String what, String text, int maxBytes) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("The " + what + " is empty. Give it at least one visible character.");
        }
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                throw new IllegalArgumentException(String.format(
                        "The %s has a control character (U+%04X) at position %d. Use printable characters only.",
                        what, (int) text.charAt(i), i));
            }
        }
        int bytes = encode(what, text).remaining();
        if (bytes > maxBytes) {
            throw new IllegalArgumentException(String.format(
                    "The %s \"%s...\" has %d bytes. Use at most %d bytes of UTF-8.",
                    what, text.substring(0, Math.min(20, text.length())), bytes, maxBytes));
        }
    }

    /** Unlike {@code getBytes}, refuses what has no encoding instead of replacing it: two texts must not become one. */
    static ByteBuffer encode(String what, String text) {
        try {
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "The " + what + " has half of a surrogate pair. Use well-formed Unicode text.", e);
        }
    }

    static String cut(String text, int max) {
        String ascii = text.replaceAll("[^\\x21-\\x7e]", "_");
        return ascii.length() <= max ? ascii : ascii.substring(0, max);
    }
}
