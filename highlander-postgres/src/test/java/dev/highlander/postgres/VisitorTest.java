package dev.highlander.postgres;

import static dev.highlander.postgres.Visitor.Verdict.ANSWER;
import static dev.highlander.postgres.Visitor.Verdict.FOREIGN;
import static dev.highlander.postgres.Visitor.Verdict.MORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.postgres.Visitor.Verdict;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a connection to a lifeline may send, and how long it may take; stepped by hand. */
class VisitorTest {
    private static final byte[] CHALLENGE =
            LifelineProof.challenge("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

    private final Visitor visitor = new Visitor(0);

    private Verdict send(byte[] bytes, long now) {
        Verdict last = MORE;
        for (byte one : bytes) {
            last = visitor.next(one, now);
        }
        return last;
    }

    @Test
    void aWholeChallengeIsAnswered_andAnotherAfterIt() {
        for (int i = 0; i < CHALLENGE.length - 1; i++) {
            assertThat(visitor.next(CHALLENGE[i], 1)).isEqualTo(MORE);
        }
        assertThat(visitor.next(CHALLENGE[CHALLENGE.length - 1], 1)).isEqualTo(ANSWER);
        assertThat(visitor.challenge()).isEqualTo(CHALLENGE);
        assertThat(visitor.missing()).isEqualTo(LifelineProof.CHALLENGE);
        assertThat(send(CHALLENGE, 2)).isEqualTo(ANSWER);
    }

    @Test
    void theFirstForeignByteIsSeen() {
        byte[] http = "GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(visitor.next(http[0], 1)).isEqualTo(FOREIGN);
    }

    @Test
    void randomBytesAreForeign() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[8];
            random.nextBytes(bytes);
            Visitor each = new Visitor(0);
            Verdict last = MORE;
            for (int at = 0; at < bytes.length && last == MORE; at++) {
                last = each.next(bytes[at], 1);
            }
            assertThat(last).isEqualTo(FOREIGN);
        }
    }

    @Test
    void aChallengeHasTenSecondsFromTheConnectionOrItsFirstByte_notMoreByTrickling() {
        assertThat(visitor.deadline()).isEqualTo(Visitor.PATIENCE);
        visitor.next(CHALLENGE[0], 5);
        visitor.next(CHALLENGE[1], 9);

        assertThat(visitor.deadline()).isEqualTo(5 + Visitor.PATIENCE);
    }

    @Test
    void onceItHasAskedItMayBeSilentForLonger() {
        send(CHALLENGE, 3);
        assertThat(visitor.deadline()).isEqualTo(3 + Visitor.IDLE);
        visitor.answering(4);
        assertThat(visitor.deadline()).isEqualTo(4 + Visitor.PATIENCE);
        visitor.answered(5);
        assertThat(visitor.deadline()).isEqualTo(5 + Visitor.IDLE);
    }

    @Test
    void whoAsksTooOftenIsForeign_untilTheNextSecond() {
        for (int i = 0; i < Visitor.CHALLENGES_A_SECOND; i++) {
            assertThat(send(CHALLENGE, i)).isEqualTo(ANSWER);
        }
        assertThat(send(CHALLENGE, 100)).isEqualTo(FOREIGN);
        assertThat(send(CHALLENGE, 1_000_000_000L)).isEqualTo(ANSWER);
    }

    @Test
    void theAnswerDependsOnTheRunTheChallengeAndTheAddressAndPortItWasReachedAt() {
        RunId run = RunId.parse("00112233445566778899aabbccddeeff");
        InetSocketAddress at = new InetSocketAddress("10.0.0.5", 7000);
        byte[] answer = LifelineProof.answer(run, at, CHALLENGE);

        assertThat(answer).hasSize(LifelineProof.ANSWER).isEqualTo(LifelineProof.answer(run, at, CHALLENGE));
        assertThat(LifelineProof.answer(RunId.parse("00112233445566778899aabbccddeefe"), at, CHALLENGE))
                .isNotEqualTo(answer);
        assertThat(LifelineProof.answer(run, new InetSocketAddress("10.0.0.6", 7000), CHALLENGE))
                .isNotEqualTo(answer);
        assertThat(LifelineProof.answer(run, new InetSocketAddress("10.0.0.5", 7001), CHALLENGE))
                .isNotEqualTo(answer);
        assertThat(LifelineProof.answer(
                        run, at, LifelineProof.challenge("0123456789abcdeg".getBytes(StandardCharsets.US_ASCII))))
                .isNotEqualTo(answer);
    }

    @Test
    void aRunIdIsReadAndWrittenAlike_andNotShownWhole() {
        RunId run = RunId.random();

        assertThat(RunId.parse(run.hex())).isEqualTo(run).hasSameHashCodeAs(run);
        assertThat(RunId.random()).isNotEqualTo(run);
        assertThat(run.toString()).doesNotContain(run.hex());
        for (String wrong : new String[] {"", "00", "zz112233445566778899aabbccddeeff"}) {
            assertThatThrownBy(() -> RunId.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("A run id has ");
        }
    }
}
