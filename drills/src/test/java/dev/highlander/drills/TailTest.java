package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.drills.Line.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailTest {
    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path path = directory.resolve("log");
        Tail tail = new Tail(path);
        assertThat(tail.readOn()).isEmpty();

        long before = MachineClock.nanos();
        try (LineLog log = new LineLog(path)) {
            log.add(Kind.READY, 0);
            log.add(Kind.START, 7);
            assertThat(tail.readOn()).extracting(Line::kind).containsExactly(Kind.READY, Kind.START);
            assertThat(tail.ready()).isTrue();
            assertThat(tail.running()).hasValue(7);

            log.add(Kind.RUN, 7);
            log.add(Kind.STOP, 7);
            log.add(Kind.UNREADY, 0);
            assertThat(tail.readOn()).extracting(Line::token).containsExactly(7L, 7L, 0L);
        }
        assertThat(tail.running()).isEmpty();
        assertThat(tail.ready()).isFalse();
        assertThat(tail.starts()).isEqualTo(1);
        assertThat(tail.lastRun()).isBetween(before, MachineClock.nanos());
        assertThat(tail.lines()).hasSize(5);
    }

    @Test
    void aLineThatWasCutOffByAKillIsNotRead() throws IOException {
        Path path = directory.resolve("log");
        Files.writeString(path, "10 START 3\n15 RUN 3\n20 RU");
        Tail tail = new Tail(path);

        assertThat(tail.readOn()).containsExactly(new Line(10, Kind.START, 3), new Line(15, Kind.RUN, 3));
        assertThat(tail.readOn()).isEmpty();
    }

    @Test
    void aLineThatIsStillBeingWrittenIsReadWhenItIsComplete() throws IOException {
        Path path = directory.resolve("log");
        Files.writeString(path, "10 START 3\n15 RU");
        Tail tail = new Tail(path);
        assertThat(tail.readOn()).hasSize(1);

        Files.write(path, "N 3\n".getBytes(US_ASCII), StandardOpenOption.APPEND);

        assertThat(tail.readOn()).containsExactly(new Line(15, Kind.RUN, 3));
    }
}
