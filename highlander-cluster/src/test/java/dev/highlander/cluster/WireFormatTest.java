package dev.highlander.cluster;

import static dev.highlander.cluster.Cast.A;
import static dev.highlander.cluster.Cast.KEY;
import static dev.highlander.cluster.Cast.OTHER;
import static dev.highlander.cluster.Cast.RULES;
import static dev.highlander.cluster.Cast.held;
import static dev.highlander.cluster.Cast.term;
import static dev.highlander.cluster.Cast.who;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.cluster.ClusterMessage.Ack;
import dev.highlander.cluster.ClusterMessage.Ask;
import dev.highlander.cluster.ClusterMessage.Beat;
import dev.highlander.cluster.ClusterMessage.Change;
import dev.highlander.cluster.ClusterMessage.Confirms;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Overlapped;
import dev.highlander.cluster.ClusterMessage.Refuses;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.cluster.ClusterMessage.Revoked;
import dev.highlander.cluster.ClusterMessage.Revokes;
import dev.highlander.cluster.ClusterMessage.Rival;
import dev.highlander.cluster.ClusterMessage.Stage;
import dev.highlander.cluster.ClusterMessage.Told;
import dev.highlander.lock.Key;
import dev.highlander.lock.Loss;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireFormatTest {
    private static final ViewId VIEW = new ViewId(Long.MAX_VALUE - 3, A);

    static Stream<ClusterMessage> messages() {
        ClusterKey number = new ClusterKey("", Key.number(Long.MIN_VALUE));
        ClusterKey pair = new ClusterKey("", Key.pair(-1, 7));
        Contender one = new Contender("knoten-ä", new UUID(5, -6), 7, Instant.parse("2026-01-02T03:04:05.000006Z"));
        Contender other = new Contender("b", new UUID(-5, 6), -7, Instant.EPOCH);
        return Stream.of(
                new Report(
                        VIEW,
                        1,
                        2,
                        who(A, RULES),
                        3,
                        List.of(
                                held(KEY, 4, Stage.STARTING),
                                held(number, 5, Stage.RUNNING),
                                held(pair, 6, Stage.ENDING)),
                        List.of(OTHER, Cast.key("schlüssel"))),
                new Change(VIEW, List.of(term(KEY, 4)), List.of(OTHER), List.of(number, pair), 9),
                new Beat(VIEW, 1, 2),
                new Ack(VIEW, -1, -2),
                new Grants(VIEW, 1, List.of(term(KEY, 4), term(number, 5))),
                new Confirms(VIEW, 1, List.of(), 8),
                new Revokes(
                        VIEW,
                        List.of(
                                new Revoked(KEY, 4, Loss.CONFLICT, Optional.of(new Rival(A, one))),
                                new Revoked(KEY, 4, Loss.REVOKED, Optional.empty()))),
                new Refuses(VIEW, who(A, RULES)),
                new Ask(VIEW, 3, pair),
                new Told(VIEW, 3, Optional.of(one)),
                new Told(VIEW, 3, Optional.empty()),
                new Overlapped(
                        VIEW,
                        new Overlap(
                                Key.pair(1, 2),
                                one,
                                other,
                                one.since(),
                                one.since().plusSeconds(1))));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsWrittenIsRead(ClusterMessage message) throws Exception {
        byte[] bytes = WireFormat.write(message);

        assertThat(WireFormat.read(bytes, 0, bytes.length)).isEqualTo(message);
        byte[] inside = new byte[bytes.length + 9];
        System.arraycopy(bytes, 0, inside, 4, bytes.length);
        assertThat(WireFormat.read(inside, 4, bytes.length)).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsCutShortOrTooLongIsRefused(ClusterMessage message) {
        byte[] bytes = WireFormat.write(message);

        for (int length = 0; length < bytes.length; length++) {
            int cut = length;
            assertThatThrownBy(() -> WireFormat.read(bytes, 0, cut)).isInstanceOf(WireException.class);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> WireFormat.read(longer, 0, longer.length)).isInstanceOf(WireException.class);
    }

    @Test
    void anotherVersionIsNamed() {
        byte[] bytes = WireFormat.write(new Beat(VIEW, 1, 2));
        bytes[2] = 9;

        assertThatThrownBy(() -> WireFormat.read(bytes, 0, bytes.length))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("has 1");
    }

    @Test
    void aLengthThatIsALieTakesNoMemory() {
        byte[] bytes = WireFormat.write(new Grants(VIEW, 1, List.of()));
        for (int lie : new int[] {Integer.MAX_VALUE, -1, 1_000_000, 1}) {
            for (int i = 0; i < 4; i++) {
                bytes[bytes.length - 1 - i] = (byte) (lie >> (8 * i));
            }
            assertThatThrownBy(() -> WireFormat.read(bytes, 0, bytes.length)).isInstanceOf(WireException.class);
        }
    }

    @Test
    void noBytesBreakTheReader() {
        Random random = new Random(5);
        List<byte[]> real = messages().map(WireFormat::write).toList();
        int read = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes = real.get(i % real.size()).clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
            try {
                ClusterMessage message = WireFormat.read(bytes, 0, length);
                byte[] again = WireFormat.write(message);
                assertThat(WireFormat.read(again, 0, again.length)).isEqualTo(message);
                read++;
            } catch (WireException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(read).as("some of them still say something").isPositive();
    }
}
