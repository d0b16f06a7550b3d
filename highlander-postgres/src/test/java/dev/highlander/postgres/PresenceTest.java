package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Key;
import dev.highlander.postgres.Presence.Standing;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nodes tell each other about who they are to a key. */
class PresenceTest {
    private static final LockId LOCK = LockId.of(42);

    @Test
    void whatIsWrittenIsRead() {
        Presence running = new Presence(
                LOCK,
                Key.of("a key with blanks"),
                Standing.RUNNING,
                OptionalLong.of(0),
                Optional.of(Instant.ofEpochMilli(0)));
        Presence waiting = new Presence(LOCK, Key.number(42), Standing.WAITING, OptionalLong.empty(), Optional.empty());

        assertThat(Presence.parse(running.wire(7), 7)).isEqualTo(running);
        assertThat(Presence.parse(waiting.wire(7), 7)).isEqualTo(waiting);
    }

    @Test
    void theAnswerToAnotherQuestionIsNone() {
        Presence any = new Presence(LOCK, Key.number(42), Standing.WAITING, OptionalLong.empty(), Optional.empty());
        assertThat(Presence.parse(any.wire(7), 8)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "here 7",
                "here 7 000000000000002a WAITING -1 -1",
                "there 7 000000000000002a WAITING -1 -1 x",
                "here 7 nonsense WAITING -1 -1 x",
                "here 7 000000000000002a DANCING -1 -1 x",
                "here 7 000000000000002a WAITING x -1 x",
                "here 7 000000000000002a WAITING -1 x x",
                "here 7 000000000000002a WAITING -1 -1 ",
            })
    void nonsenseIsNone(String payload) {
        assertThat(Presence.parse(payload, 7)).isNull();
    }
}
