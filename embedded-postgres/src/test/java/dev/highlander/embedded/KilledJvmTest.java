package dev.highlander.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KilledJvmTest {
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));
    private static final Duration SOON = Duration.ofSeconds(30);

    @BeforeAll
    static void needsPostgres() {
        Assumptions.assumeTrue(PostgresServer.majors().contains(18), "no Postgres for this platform");
    }

    @Test
    void a_killed_jvm_leaves_no_server_and_no_files() throws IOException {
        try (OtherJvm other = OtherJvm.start(List.of(), OtherJvm.classPath(), TEMPORARY)) {
            assertThat(other.serverIsGone()).isFalse();
            other.process.destroyForcibly();
            await().atMost(SOON).until(other::serverIsGone);
            await().atMost(SOON).until(() -> !Files.exists(other.data.getParent()));
            assertThat(Ports.isFree(other.port)).isTrue();
        }
    }

    @Test
    void what_a_killed_jvm_and_its_killed_guard_leave_goes_with_the_next_start() throws IOException {
        try (OtherJvm other = OtherJvm.start(List.of(), OtherJvm.classPath(), TEMPORARY)) {
            other.process
                    .children()
                    .filter(child -> child.pid() != other.serverPid)
                    .forEach(ProcessHandle::destroyForcibly);
            other.process.destroyForcibly().onExit().join();
            assertThat(other.serverIsGone()).isFalse();
            PostgresServer.start(18).close();
            await().atMost(SOON).until(other::serverIsGone);
            await().atMost(SOON).until(() -> !Files.exists(other.data.getParent()));
        }
    }
}
