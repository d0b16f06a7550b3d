package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cli.StatusSource.Row;
import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** F6: who holds what, for people and for programs. */
class StatusTextTest {
    private static final Row HELD = new Row(
            "mail-relay",
            "running",
            Optional.of("node-a"),
            Optional.of(Instant.parse("2026-01-02T03:04:05.678Z")),
            OptionalLong.of(42),
            Optional.of("10.0.0.1:4321"),
            Optional.of(List.of("node-b", "node-c")));
    private static final Row WANTED = new Row(
            "x",
            "wanted",
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.of(List.<String>of()));
    private static final Row ODD = new Row(
            "a \"b\" \\ é",
            "silent",
            Optional.of("n"),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            Optional.<List<String>>empty());

    @Test
    void F6_asATable() {
        assertThat(StatusText.table(List.of(HELD, WANTED, ODD))).isEqualTo("""
                        KEY         STATE    NODE    SINCE                 TOKEN  ADDRESS        WAITING
                        mail-relay  running  node-a  2026-01-02T03:04:05Z  42     10.0.0.1:4321  node-b, node-c
                        x           wanted   -       -                     -      -              nobody
                        a "b" \\ é   silent   n       -                     -      -              -""");
    }

    @Test
    void F6_nothingIsATableWithoutRows() {
        assertThat(StatusText.table(List.of())).isEqualTo("KEY  STATE  NODE  SINCE  TOKEN  ADDRESS  WAITING");
    }

    @Test
    void F6_asJson() {
        JsonNode root =
                JsonMapper.shared().readTree(StatusText.json(new Namespace("shop"), List.of(HELD, WANTED, ODD)));

        assertThat(root).isEqualTo(JsonMapper.shared().readTree("""
                                        {"namespace": "shop", "keys": [
                                          {"key": "mail-relay", "state": "running", "node": "node-a", "since": "2026-01-02T03:04:05.678Z",
                                           "token": 42, "address": "10.0.0.1:4321", "waiting": ["node-b", "node-c"]},
                                          {"key": "x", "state": "wanted", "node": null, "since": null, "token": null, "address": null,
                                           "waiting": []},
                                          {"key": "a \\"b\\" \\\\ é", "state": "silent", "node": "n", "since": null, "token": null,
                                           "address": null, "waiting": null}]}
                                        """));
    }

    @Test
    void F6_asALineOfALog() {
        assertThat(StatusText.line(HELD))
                .isEqualTo("mail-relay running on node-a at 10.0.0.1:4321, token 42, waiting: node-b, node-c");
        assertThat(StatusText.line(WANTED)).isEqualTo("x wanted");
    }

    @Test
    void F6_asALineOfJson() {
        String line = StatusText.jsonLine(Namespace.DEFAULT, List.of(HELD), Instant.parse("2026-01-02T03:04:05Z"));

        assertThat(line).doesNotContain("\n");
        assertThat(JsonMapper.shared().readTree(line).get("at").asString()).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void F6_aHolderThatDoesNotAnswerIsFoundByTheNumberOfItsKey() {
        Key key = Key.of("job");
        String number = "#" + new Key.Named("job").hash(Namespace.DEFAULT);

        assertThat(StatusCommand.isAbout(key, Namespace.DEFAULT, "job")).isTrue();
        assertThat(StatusCommand.isAbout(key, Namespace.DEFAULT, number)).isTrue();
        assertThat(StatusCommand.isAbout(key, new Namespace("other"), number)).isFalse();
        assertThat(StatusCommand.isAbout(key, Namespace.DEFAULT, "jobs")).isFalse();
        assertThat(StatusCommand.isAbout(Key.parse("#1:2"), Namespace.DEFAULT, "#1:2"))
                .isTrue();
    }
}
