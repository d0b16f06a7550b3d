package dev.highlander.lock;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What must be unique: a text, which a {@link Namespace} keeps apart from other applications' texts, or a number, which is
 * the same for everyone and so can be shared with a program in another language.
 */
public sealed interface Key {
    /** The most bytes that a key's text may have. */
    int MAX_BYTES = 200;

    /**
     * The key of that text: not blank, at most {@value #MAX_BYTES} bytes of UTF-8, no control characters, and not
     * beginning with {@code #}.
     */
    static Key of(String text) {
        return new Named(text);
    }

    /** The key of that number: in Postgres, {@code pg_advisory_lock(number)}. */
    static Key number(long number) {
        return new Numbered(number);
    }

    /** The key of that pair of numbers: in Postgres, {@code pg_advisory_lock(first, second)}. */
    static Key pair(int first, int second) {
        return new Paired(first, second);
    }

    /**
     * Reads what {@link Object#toString()} writes: {@code mail-relay}, {@code #42} or {@code #1:2}.
     *
     * @throws IllegalArgumentException when {@code text} is none of them
     */
    static Key parse(String text) {
        if (!text.startsWith("#")) {
            return of(text);
        }
        String digits = text.substring(1);
        int colon = digits.indexOf(':');
        try {
            return colon < 0
                    ? number(Long.parseLong(digits))
                    : pair(Integer.parseInt(digits.substring(0, colon)), Integer.parseInt(digits.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The key \"" + text + "\" begins with # but is no number. Write #N for a 64-bit number, #N:M for a"
                            + " pair of 32-bit numbers, or a text that does not begin with #.",
                    e);
        }
    }

    /**
     * A text.
     *
     * @param text what is said of it at {@link Key#of}
     */
    record Named(String text) implements Key {
        public Named {
            Text.check("key", text, MAX_BYTES);
            if (text.startsWith("#")) {
                throw new IllegalArgumentException("The key \"" + text + "\" begins with #, which stands for a number."
                        + " Use another first character, or Key.parse for a number.");
            }
        }

        /**
         * The 64-bit number that stands for this text in a lock service that knows only numbers: the first eight bytes,
         * big-endian, of SHA-256 over namespace, a zero byte, and text, in UTF-8. It never changes from one version of
         * this library to the next, since old and new must exclude each other.
         */
        public long hash(Namespace namespace) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(namespace.name().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(text.getBytes(StandardCharsets.UTF_8));
                return ByteBuffer.wrap(digest.digest()).getLong();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("This Java runtime has no SHA-256, which every one must have.", e);
            }
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A 64-bit number.
     *
     * @param value the number
     */
    record Numbered(long value) implements Key {
        @Override
        public String toString() {
            return "#" + value;
        }
    }

    /**
     * A pair of 32-bit numbers.
     *
     * @param first the first number
     * @param second the second number
     */
    record Paired(int first, int second) implements Key {
        @Override
        public String toString() {
            return "#" + first + ":" + second;
        }
    }
}
