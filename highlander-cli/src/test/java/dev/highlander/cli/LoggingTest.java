package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is written on standard error, and in which form. */
class LoggingTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");

    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
    }

    private Wrapper wrapper(Map<String, String> environment, String... args) throws IOException {
        Wrapper wrapper = Wrapper.start(environment, args);
        started.add(wrapper);
        return wrapper;
    }

    private static List<JsonNode> read(List<String> lines) {
        List<JsonNode> all =
                lines.stream().map(line -> JsonMapper.shared().readTree(line)).toList();
        assertThat(all).isNotEmpty().allSatisfy(line -> {
            assertThat(Instant.parse(line.get("time").asString())).isAfter(AT);
            assertThat(line.get("level").asString()).matches("[A-Z]+");
            assertThat(line.get("logger").asString()).isNotEmpty();
            assertThat(line.get("message").asString()).isNotEmpty();
        });
        return all;
    }

    @Test
    void asJsonEveryLineIsAnObject_theDriversToo() throws Exception {
        PostgresServer server = PostgresServer.shared(18);
        String database = server.newDatabase();
        try {
            Wrapper run = wrapper(
                    Map.of("DATABASE_URL", server.libpqUrl(database)),
                    "run",
                    "--key",
                    "job",
                    "--node",
                    "node-a",
                    "--lease",
                    "500ms",
                    "-vv",
                    "--log=json",
                    "--",
                    "sh",
                    "-c",
                    "exit 3");

            assertThat(run.await()).isEqualTo(3);

            List<JsonNode> lines = read(run.err());
            assertThat(lines)
                    .anyMatch(line -> line.get("logger").asString().startsWith("org.postgresql"))
                    .anyMatch(line -> line.get("logger").asString().startsWith("dev.highlander"));
            JsonNode running = lines.stream()
                    .filter(line -> line.get("message").asString().startsWith("running sh (term "))
                    .findFirst()
                    .orElseThrow();
            assertThat(running.get("logger").asString()).isEqualTo("highlander");
            assertThat(running.get("key").asString()).isEqualTo("job");
            assertThat(running.get("node").asString()).isEqualTo("node-a");
            assertThat(running.get("state").asString()).isEqualTo("RUNNING");
            assertThat(running.get("from").asString()).isEqualTo("STARTING");
            assertThat(running.get("reason").asString()).isEqualTo("STARTED");
            assertThat(running.get("token").isIntegralNumber()).isTrue();
        } finally {
            server.dropDatabase(database);
        }
    }

    @Test
    void asTextTheDriversLinesLookLikeAllOthers() throws Exception {
        Wrapper run = wrapper(
                Map.of("DATABASE_URL", "postgres://127.0.0.1:1/x"),
                "run",
                "--key",
                "job",
                "--connect-timeout",
                "3s",
                "-vv",
                "true");

        assertThat(run.await()).isEqualTo(69);
        assertThat(run.err())
                .anyMatch(line -> line.matches("20\\S+ DEBUG org\\.postgresql\\S+: .*"))
                .noneMatch(line -> line.matches("(FINE|INFO|WARNING|SEVERE): .*"));
    }

    @Test
    void unlessAskedForNothingIsLogged() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Wrapper run =
                wrapper(Map.of(), "run", "--key", "k", "--local", "--directory", directory.toString(), "--", "true");

        assertThat(run.await()).isZero();
        assertThat(run.err()).hasSize(2).allMatch(line -> line.startsWith("highlander: "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run --log json --key k",
                "run --log=json --bogus",
                "status --log json --local --directory /dev/null",
            })
    void F3_whatIsWrongWithACommandLineIsAnObjectToo(String line) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Cli cli = new Cli(Map.of(), System.out, new PrintStream(err, true, StandardCharsets.UTF_8));

        assertThat(cli.run(line.split(" "))).isEqualTo(64);

        assertThat(read(err.toString(StandardCharsets.UTF_8).lines().toList()))
                .singleElement()
                .satisfies(object -> {
                    assertThat(object.get("level").asString()).isEqualTo("ERROR");
                    assertThat(object.get("message").asString()).endsWith("shows all options.");
                });
    }

    @Test
    void theFormatMayBeAVariable_andAnOptionOfTheCommandIsNone() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertThat(new Cli(Map.of("HIGHLANDER_LOG", "json"), System.out, stream).run("run", "--bogus"))
                .isEqualTo(64);
        assertThat(new Cli(Map.of(), System.out, stream).run("run", "--", "x", "--log", "json"))
                .isEqualTo(64);

        List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("{");
        assertThat(lines.get(1)).startsWith("highlander: ");
    }

    @Test
    void anObjectIsOneLineWhateverIsInIt() {
        String line = JsonLine.of(AT, "WARN", "a.b", "x\ny \"z\" \u2028 \0", Map.of("token", 7L), "at a\nat b\n");

        assertThat(line.lines()).hasSize(1);
        JsonNode object = JsonMapper.shared().readTree(line);
        assertThat(object.get("time").asString()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(object.get("message").asString()).isEqualTo("x\ny \"z\" \u2028 \0");
        assertThat(object.get("token").asLong()).isEqualTo(7);
        assertThat(object.get("stack").asString()).isEqualTo("at a\nat b\n");
        assertThat(JsonLine.of(AT, "INFO", "a", "b", Map.of(), "")).doesNotContain("stack");
    }
}
