package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cli.StatusSource.Row;
import dev.highlander.cli.StatusWatch.Form;
import dev.highlander.lock.Namespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** F6: the state of all keys, again and again. */
class StatusWatchTest {
    private static final String AT = "2026-01-02T03:04:05Z";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private List<Row> rows = List.of();
    private String outage = "";

    private static Row row(String key, String node) {
        return new Row(
                key,
                "running",
                Optional.of(node),
                Optional.empty(),
                OptionalLong.of(1),
                Optional.empty(),
                Optional.of(List.of()));
    }

    private StatusWatch watch(Form form, OutputStream to) {
        return new StatusWatch(
                () -> {
                    if (!outage.isEmpty()) {
                        throw new FailedException(ExitStatus.UNAVAILABLE, outage);
                    }
                    return rows;
                },
                Namespace.DEFAULT,
                form,
                new PrintStream(to, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                () -> Instant.parse(AT));
    }

    private String written() {
        String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    @Test
    void F6_whereThereIsNoTerminalEachChangeIsALine() {
        StatusWatch watch = watch(Form.LINES, out);
        rows = List.of(row("a", "n1"), row("b", "n1"));
        assertThat(watch.look()).isTrue();
        assertThat(written()).isEqualTo(AT + " a running on n1, token 1\n" + AT + " b running on n1, token 1\n");

        watch.look();
        assertThat(written()).isEmpty();

        rows = List.of(row("a", "n2"));
        watch.look();
        assertThat(written()).isEqualTo(AT + " a running on n2, token 1\n" + AT + " b is held and wanted by nobody\n");
    }

    @Test
    void F6_anOutageIsToldOnce_andItsEndToo() {
        StatusWatch watch = watch(Form.LINES, out);
        outage = "Postgres can't be reached.";
        assertThat(watch.look()).isTrue();
        assertThat(watch.look()).isTrue();
        assertThat(written()).isEqualTo(AT + " Postgres can't be reached.\n");

        outage = "";
        rows = List.of(row("a", "n1"));
        watch.look();
        assertThat(written())
                .isEqualTo(AT + " The lock service can be asked again.\n" + AT + " a running on n1, token 1\n");
    }

    @Test
    void F6_asJsonEachLookIsALine_andAnOutageIsNotAmongThem() {
        StatusWatch watch = watch(Form.JSON, out);
        watch.look();
        outage = "Postgres can't be reached.";
        watch.look();
        watch.look();
        outage = "";
        watch.look();

        assertThat(written().lines()).hasSize(2).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(AT + " Postgres can't be reached.\n");
    }

    @Test
    void F6_onATerminalTheTableStaysInItsPlace_throughAnOutageToo() {
        StatusWatch watch = watch(Form.SCREEN, out);
        rows = List.of(row("a", "n1"));
        watch.look();
        String first = written();
        assertThat(first).startsWith("\033[H\033[JKEY ").contains("running").endsWith("\n\n" + AT + "\n");

        outage = "Postgres can't be reached.";
        watch.look();
        assertThat(written())
                .startsWith("\033[H\033[JKEY ")
                .contains("running")
                .endsWith(AT + "  This is how it was: Postgres can't be reached.\n");
    }

    /** Such as {@code highlander status --watch | head}. */
    @Test
    void F6_itEndsWhenNobodyReadsIt() throws Exception {
        StatusWatch watch = watch(Form.JSON, new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        watch.run(Duration.ofMillis(1));
    }
}
