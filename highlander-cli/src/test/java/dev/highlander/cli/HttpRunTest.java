package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.embedded.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a run answers by HTTP; as processes. */
class HttpRunTest {
    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void keepStrangersOut() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
    }

    private Wrapper wrapper(Map<String, String> environment, String... args) throws IOException {
        Wrapper wrapper = Wrapper.start(environment, args);
        started.add(wrapper);
        return wrapper;
    }

    private Wrapper local(String node, String http, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "run", "--local", "--directory", directory.toString(), "--key", "job", "--node", node, "--http", http));
        args.addAll(List.of(more));
        args.addAll(List.of("--", "sh", "-c", "echo up; exec sleep 1000", "sh", "--token=s3cret"));
        return wrapper(Map.of(), args.toArray(String[]::new));
    }

    private static URI address(Wrapper run) throws InterruptedException {
        return URI.create(run.awaitErr("answering at ").replaceFirst(".* ", ""));
    }

    private HttpResponse<String> ask(Wrapper run, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(address(run).resolve(path))
                .method(method, BodyPublishers.noBody())
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private int status(Wrapper run, String path) throws Exception {
        return ask(run, "GET", path).statusCode();
    }

    private JsonNode state(Wrapper run) throws Exception {
        return JsonMapper.shared().readTree(ask(run, "GET", "/state").body());
    }

    @Test
    void F6_theHolderIsHealthyAndReady_aStandbyIsHealthy() throws Exception {
        Wrapper holder = local("node-a", "0");
        holder.awaitErr("running sh");
        Wrapper standby = local("node-b", "0");
        standby.awaitErr("standing by");

        assertThat(address(holder).getHost()).isEqualTo("127.0.0.1");
        await().untilAsserted(() -> assertThat(status(holder, "/ready")).isEqualTo(200));
        assertThat(status(holder, "/health")).isEqualTo(200);
        assertThat(status(standby, "/ready")).isEqualTo(503);
        assertThat(status(standby, "/health")).isEqualTo(200);

        JsonNode state = state(holder);
        assertThat(state.get("state").asString()).isEqualTo("RUNNING");
        assertThat(state.get("node").asString()).isEqualTo("node-a");
        assertThat(state.get("token").isIntegralNumber()).isTrue();
        assertThat(state(standby).get("state").asString()).isEqualTo("STANDBY");
        HttpResponse<String> whole = ask(holder, "GET", "/");
        assertThat(whole.body()).doesNotContain("s3cret");
        assertThat(whole.headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void F6_aCommandThatIsStartingIsNotReady() throws Exception {
        Path go = directory.resolve("go");
        Wrapper run = local("node-a", "0", "--ready-when", "command:test -e " + go);
        run.awaitErr("waiting until it is ready");

        await().untilAsserted(
                        () -> assertThat(state(run).get("state").asString()).isEqualTo("STARTING"));
        assertThat(status(run, "/ready")).isEqualTo(503);
        assertThat(status(run, "/health")).isEqualTo(200);

        Files.createFile(go);

        await().untilAsserted(() -> assertThat(status(run, "/ready")).isEqualTo(200));
    }

    @Test
    void itIsOnlyRead() throws Exception {
        Wrapper run = local("node-a", "127.0.0.1:0");
        run.awaitErr("running sh");

        HttpResponse<String> post = ask(run, "POST", "/state");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
        assertThat(status(run, "/etc/passwd")).isEqualTo(404);
        HttpResponse<String> head = ask(run, "HEAD", "/health");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void D8_aNodeThatIsRefusedIsNotHealthy_andNothingIsSecret() throws Exception {
        PostgresServer server = PostgresServer.shared(18);
        Wrapper run = wrapper(
                Map.of("DATABASE_URL", "postgres://postgres:s3cret@127.0.0.1:" + server.port() + "/x"),
                "run",
                "--key",
                "job",
                "--connect-timeout",
                "0",
                "--http=0",
                "--",
                "sleep",
                "1000");
        run.awaitErr("[AUTHENTICATION]");

        await().untilAsserted(() -> assertThat(status(run, "/health")).isEqualTo(503));
        HttpResponse<String> state = ask(run, "GET", "/state");
        assertThat(state.statusCode()).isEqualTo(200);
        assertThat(state.body())
                .contains("\"code\":\"AUTHENTICATION\"", "\"phase\":\"")
                .doesNotContain("s3cret");
    }

    @Test
    void F3_aPortThatIsTakenEndsItBeforeTheKeyIsClaimed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Wrapper run = local("node-a", Integer.toString(taken.getLocalPort()));

            assertThat(run.await()).isEqualTo(71);
            assertThat(run.err())
                    .containsExactly("highlander: Nobody can listen at 127.0.0.1:" + taken.getLocalPort()
                            + ", as --http wants: Address already in use. Give another port, or an address that this"
                            + " machine has.");
            assertThat(run.out()).isEmpty();
        }
    }
}
