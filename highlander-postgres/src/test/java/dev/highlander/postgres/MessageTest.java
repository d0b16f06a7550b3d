package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    private static final LockId LOCK = LockId.of(42);
    private static final LockId PAIR = new LockId(-1, 7, true);

    @Test
    void eachKindIsRead() {
        assertThat(Message.parse("mark 7")).isEqualTo(new Message.Mark(7));
        assertThat(Message.parse("who 7")).isEqualTo(new Message.Who(7));
        assertThat(Message.parse("run 000000000000002a 17592186044420 10000"))
                .isEqualTo(new Message.Run(LOCK, 17_592_186_044_420L, 10_000));
        assertThat(Message.parse("clean 000000000000002a 5")).isEqualTo(new Message.Clean(LOCK, 5));
        assertThat(Message.parse("clean ffffffff00000007p 5")).isEqualTo(new Message.Clean(PAIR, 5));
        assertThat(Message.parse("free 000000000000002a")).isEqualTo(new Message.Free(LOCK));
    }

    /** So that a later version may say more than this one understands. */
    @Test
    void moreWordsThanNeededAreOverlooked() {
        assertThat(Message.parse("run 000000000000002a 5 10000 and more")).isEqualTo(new Message.Run(LOCK, 5, 10_000));
        assertThat(Message.parse("free 000000000000002a node-7")).isEqualTo(new Message.Free(LOCK));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "run",
                "run 000000000000002a",
                "run 000000000000002a 5",
                "run 000000000000002a 5 ",
                "run 2a 5 10000",
                "run 000000000000002a 5 ten",
                "run 000000000000002a 9223372036854775808 10000",
                "clean 000000000000002a",
                "clean",
                "free",
                "free 2a",
                "free 000000000000002g",
                "mark",
                "mark x",
                "mark ",
                "who",
                "who x",
                "later 000000000000002a",
                "Free 000000000000002a",
                " free 000000000000002a",
                "free\t000000000000002a"
            })
    void anythingElseIsNoMessage(String payload) {
        assertThat(Message.parse(payload)).isNull();
    }
}
