package dev.highlander.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyTest {
    @Test
    void aKeyIsReadAsItIsWritten() {
        List<Key> keys = List.of(
                Key.of("mail-relay"),
                Key.of("a b:c/ü→🚚"),
                Key.of("1"),
                Key.of("1:2"),
                Key.number(0),
                Key.number(Long.MIN_VALUE),
                Key.number(Long.MAX_VALUE),
                Key.pair(0, 0),
                Key.pair(Integer.MIN_VALUE, Integer.MAX_VALUE));
        for (Key key : keys) {
            assertThat(Key.parse(key.toString())).isEqualTo(key);
        }
        assertThat(Key.number(-42)).hasToString("#-42");
        assertThat(Key.pair(1, -2)).hasToString("#1:-2");
        assertThat(Key.parse("#42")).isEqualTo(Key.number(42)).isNotEqualTo(Key.of("42"));
    }

    /** Computed with {@code printf '%s\0%s' NAMESPACE TEXT | sha256sum}; if this fails, do not change the numbers. */
    @Test
    void A4_theHashOfAKeyNeverChanges() {
        assertThat(hash("default", "mail-relay")).isEqualTo(0x038e89c2ecadc62dL);
        assertThat(hash("default", "a")).isEqualTo(0xc004033e982d5965L);
        assertThat(hash("billing", "mail-relay")).isEqualTo(0xeb6483ead95c5d5eL);
        assertThat(hash("billing", "Übertrag → 🚚")).isEqualTo(0x51b03da5f1968d0aL);
        assertThat(hash("a", "bc")).isEqualTo(0x40bb547d936bbd31L);
        assertThat(hash("ab", "c")).isEqualTo(0x6c032e631d39a14dL);
        assertThat(Namespace.DEFAULT.name()).isEqualTo("default");
    }

    private static long hash(String namespace, String text) {
        return new Key.Named(text).hash(new Namespace(namespace));
    }

    @Test
    void aTextAsLongAsAllowedIsTakenAndOneByteMoreIsNot() {
        assertThat(Key.of("x".repeat(Key.MAX_BYTES))).hasToString("x".repeat(200));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of("ü".repeat(100) + "x"))
                .withMessage("The key \"üüüüüüüüüüüüüüüüüüüü...\" has 201 bytes. Use at most 200 bytes of UTF-8.");
    }

    @Test
    void aBadTextIsRefusedWithItsRemedy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of(" "))
                .withMessage("The key is empty. Give it at least one visible character.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of("a\u0000b"))
                .withMessage("The key has a control character (U+0000) at position 1. Use printable characters only.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of("a\ud800"))
                .withMessage("The key has half of a surrogate pair. Use well-formed Unicode text.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Key.of("#1"))
                .withMessage("The key \"#1\" begins with #, which stands for a number. Use another first character,"
                        + " or Key.parse for a number.");
    }

    @Test
    void whatIsNoNumberIsRefusedWithItsRemedy() {
        for (String text :
                List.of("#", "#x", "#1.5", "#1:", "#:1", "#1:2:3", "# 1", "#9223372036854775808", "#2147483648:0")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Key.parse(text))
                    .withMessage("The key \"" + text + "\" begins with # but is no number. Write #N for a 64-bit"
                            + " number, #N:M for a pair of 32-bit numbers, or a text that does not begin with #.");
        }
    }
}
