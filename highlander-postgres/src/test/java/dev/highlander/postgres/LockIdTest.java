package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockIdTest {
    private static final Namespace ANY = Namespace.DEFAULT;

    /** A6: a raw number is the server's own number: its high half is classid, its low half objid, both without sign. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "42, 0, 42",
        "4294967295, 0, -1",
        "4294967296, 1, 0",
        "-1, -1, -1",
        "-4294967296, -1, 0",
        "9223372036854775807, 2147483647, -1",
        "-9223372036854775808, -2147483648, 0"
    })
    void A6_aNumberIsTheSameLockAsInAnyOtherLanguage(long number, int classId, int objId) {
        LockId lock = LockId.of(Key.number(number), ANY);

        assertThat(lock).isEqualTo(new LockId(classId, objId, false));
        assertThat(lock.asKey()).isEqualTo(Key.number(number));
        assertThat(lock).isEqualTo(LockId.of(Key.number(number), new Namespace("another")));
    }

    @Test
    void A6_aPairIsTheSameLockAsInAnyOtherLanguageAndNeverMeetsANumber() {
        LockId pair = LockId.of(Key.pair(-1, Integer.MIN_VALUE), ANY);

        assertThat(pair).isEqualTo(new LockId(-1, Integer.MIN_VALUE, true));
        assertThat(pair.asKey()).isEqualTo(Key.pair(-1, Integer.MIN_VALUE));
        assertThat(LockId.of(Key.pair(0, 42), ANY)).isNotEqualTo(LockId.of(Key.number(42), ANY));
    }

    /** A4: old and new versions of this library must exclude each other, so this number is for ever. */
    @Test
    void A4_aTextIsTheFirstEightBytesOfASumThatNeverChanges() {
        // printf 'default\\0mail-relay' | sha256sum
        assertThat(LockId.of(Key.of("mail-relay"), ANY).wire()).isEqualTo("038e89c2ecadc62d");
        assertThat(LockId.of(Key.of("mail-relay"), new Namespace("billing")))
                .isNotEqualTo(LockId.of(Key.of("mail-relay"), ANY));
    }

    @Test
    void onTheWireItIsSixteenDigitsAndAPForAPair() {
        assertThat(LockId.of(42).wire()).isEqualTo("000000000000002a");
        assertThat(LockId.of(-1).wire()).isEqualTo("ffffffffffffffff");
        assertThat(new LockId(-1, 7, true).wire()).isEqualTo("ffffffff00000007p");
    }

    @Test
    void whatIsWrittenIsRead() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            LockId lock = new LockId(random.nextInt(), random.nextInt() >> random.nextInt(32), random.nextBoolean());
            assertThat(LockId.parse(lock.wire())).isEqualTo(lock);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "p",
                "2a",
                "000000000000002",
                "000000000000002ap0",
                "000000000000002ag",
                "0000000-0000002a",
                "00000000 000002a",
                "000000000000002P",
                "+00000000000002a",
                "0x0000000000002a"
            })
    void anythingElseIsNoLock(String wire) {
        assertThat(LockId.parse(wire)).isNull();
    }

    @Test
    void theServersOrderKnowsNoSign() {
        List<LockId> ordered = List.of(
                new LockId(0, 0, false),
                new LockId(0, 0, true),
                new LockId(0, Integer.MAX_VALUE, false),
                new LockId(0, -1, false),
                new LockId(Integer.MAX_VALUE, 0, false),
                new LockId(Integer.MIN_VALUE, 0, false),
                new LockId(-1, 0, false),
                new LockId(-1, -1, true));
        List<LockId> shuffled = new ArrayList<>(ordered);
        Collections.shuffle(shuffled, new Random(1));
        shuffled.sort(LockId.SERVER_ORDER);

        assertThat(shuffled).containsExactlyElementsOf(ordered);
    }

    @Test
    void theDigestNamesItAsPgLocksDoes() {
        assertThat(LockId.of(-1).digestForm()).isEqualTo("4294967295:4294967295:1");
        assertThat(new LockId(1, -2, true).digestForm()).isEqualTo("1:4294967294:2");
    }
}
