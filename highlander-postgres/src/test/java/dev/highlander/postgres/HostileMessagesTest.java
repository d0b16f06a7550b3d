package dev.highlander.postgres;

import static dev.highlander.postgres.HandTurned.BACKEND;
import static dev.highlander.postgres.HandTurned.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes from the network: it breaks nothing, proves nothing, and does not fill the memory. */
class HostileMessagesTest {
    private static final String[] WORDS = {
        "run",
        "clean",
        "free",
        "mark",
        "who",
        "RUN",
        "",
        " ",
        "5",
        "-5",
        "+5",
        "9223372036854775808",
        "10000",
        "1e3",
        "é",
        "\u0000",
        KEY.wire(),
        KEY.wire() + "p",
        KEY.wire().substring(1),
        "0x" + KEY.wire(),
        "٥"
    };

    private static String words(Random random) {
        StringBuilder said = new StringBuilder();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            said.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return said.toString();
    }

    private static String bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytesAndWordsNeverThrowAndNeverMakeEvidenceForARunningTerm(long seed) {
        Random random = new Random(seed);
        HandTurned node = HandTurned.connected();
        node.hearRun(7, KEY, 5);
        int distrusted = 0;
        for (int i = 0; i < 50_000; i++) {
            node.hear(8, random.nextBoolean() ? words(random) : bytes(random));
            if (node.told().stream().anyMatch(Notice.Distrusted.class::isInstance)) {
                distrusted++; // it looked like a run under another lease
                node.connect();
                node.hearRun(7, KEY, 5);
            }
        }
        node.protocol.claim(1, KEY);
        node.got(KEY);
        node.marked();

        assertThat(node.the(Notice.Granted.class).startNotBefore())
                .as("backend 7's term was never said to be clean by backend 7")
                .isGreaterThan(node.now);
        assertThat(distrusted).as("the words were close enough to matter").isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "clean",
                "clean ",
                "clean 000000000000002a",
                "clean 000000000000002a x",
                "clean 2a 5",
                "Clean 000000000000002a 5",
                " clean 000000000000002a 5",
                "clean  000000000000002a 5",
                "clean\t000000000000002a 5",
                "clean 000000000000002ap 5",
                "clean 00000000-000002a 5",
                "clean 000000000000002a 5\u0000",
                "clean 000000000000002a 99999999999999999999"
            })
    void nothingThatIsNotExactlyCleanIsEvidence(String said) {
        HandTurned node = HandTurned.connected();
        node.protocol.claim(1, KEY);
        node.got(KEY);
        node.hear(7, said);
        node.marked();

        assertThat(node.the(Notice.Granted.class).startNotBefore()).isGreaterThan(node.now);
    }

    /** No evidence costs a settle and nothing else, so forgetting is safe; but a run must never be forgotten for a clean. */
    @Test
    void theMemoryForWhatWasHeardIsBoundedAndErrsOnTheSafeSide() {
        HandTurned node = HandTurned.connected();
        node.hearRun(7, KEY, 5);
        for (long other = 1_000_000; other < 1_000_000 + (1 << 17) + 10; other++) {
            node.hearClean(7, LockId.of(other), 1);
        }
        LockId tooMany = LockId.of(999_999);
        node.hearClean(7, tooMany, 1);
        node.hearClean(7, KEY, 5);
        node.protocol.claim(1, tooMany);
        node.protocol.claim(2, KEY);
        node.got(tooMany, KEY);
        node.marked();

        for (Notice notice : node.told()) {
            Notice.Granted granted = (Notice.Granted) notice;
            assertThat(granted.startNotBefore() == node.now)
                    .as("%s", granted.lock())
                    .isEqualTo(granted.lock().equals(KEY));
        }
    }

    @Test
    void aNodeDoesNotBelieveAnothersMarkEvenWithTheRightNumber() {
        HandTurned node = HandTurned.connected();
        node.protocol.claim(1, KEY);
        node.got(KEY);
        Request.Mark mark = node.take(Request.Mark.class);
        for (int sender = BACKEND - 5; sender < BACKEND + 5; sender++) {
            if (sender != BACKEND) {
                node.hear(sender, "mark " + mark.nonce());
            }
        }

        assertThat(node.nothingTold()).isTrue();
    }
}
