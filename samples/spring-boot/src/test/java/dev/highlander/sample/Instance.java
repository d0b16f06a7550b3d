package dev.highlander.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An instance of the sample in a process of its own. */
final class Instance implements AutoCloseable {
    private final String name;
    private final int port;
    private final Process process;

    private Instance(String name, int port, Process process) {
        this.name = name;
        this.port = port;
        this.process = process;
    }

    static Instance start(String name, String databaseUrl) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx160m"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), SampleApplication.class.getName()));
        words.addAll(List.of(
                "--highlander.node=" + name,
                "--highlander.lease=5s", // the shortest that leaves time to halt in
                "--server.port=" + port));
        Path logs = Files.createDirectories(Path.of("target", "drills"));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve(name + ".out").toFile());
        builder.environment().put("DATABASE_URL", databaseUrl);
        return new Instance(name, port, builder.start());
    }

    String name() {
        return name;
    }

    /** What is answered to a request, its status first; nothing while nobody listens. */
    String http(String method, String path, String body) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            assertThat(process.isAlive())
                    .as(name + " runs, see target/drills/" + name + ".out")
                    .isTrue();
            return "";
        }
    }

    /** As the machine does that runs out of memory. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** As a rolling deploy does; returns when it has ended by itself. */
    void drain() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
