package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineSearchTest {
    /** Cuts {@code stream} at each |. */
    private static boolean isIn(String text, String stream) {
        LineSearch search = new LineSearch(text.getBytes(StandardCharsets.UTF_8));
        boolean found = false;
        for (String piece : stream.split("\\|", -1)) {
            byte[] bytes = (piece + "garbage").getBytes(StandardCharsets.UTF_8);
            found |= search.isIn(bytes, bytes.length - "garbage".length());
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({
        "ready, now ready to go, true",
        "ready, re|ad|y, true",
        "ready, rearready, true",
        "ready, rea dy, false",
        "aab, aaab, true",
        "abab c, ababab c, true",
        "abcabd, abcabcabd, true",
        "x, '', false",
        "bereit für, jetzt bereit für alles, true",
    })
    void findsATextHoweverTheStreamIsCut(String text, String stream, boolean expected) {
        assertThat(isIn(text, stream)).isEqualTo(expected);
    }

    @Test
    void isNotFooledByALineBreak() {
        assertThat(isIn("ready", "rea\ndy")).isFalse();
    }

    @Test
    void agreesWithASearchOfTheWhole_atRandom() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String text = letters(random, 1 + random.nextInt(5));
            String stream = letters(random, random.nextInt(30));
            String cut = stream.replaceAll("(.{" + (1 + random.nextInt(4)) + "})", "$1|");
            assertThat(isIn(text, cut)).as(text + " in " + stream).isEqualTo(stream.contains(text));
        }
    }

    private static String letters(Random random, int length) {
        return random.ints(length, 'a', 'c')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
