package dev.highlander.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccountTest {
    @BeforeEach
    void needsRoot() {
        assumeTrue(PostgresServer.majors().contains(18), "no Postgres for this platform");
        assumeTrue(Account.isRoot(), "another account can be taken by root only; as an ordinary user all tests are");
    }

    @Test
    void root_runs_it_in_a_user_namespace() {
        assumeTrue(Account.works(Account.unshared()), "unshare -U is not permitted here");
        works(Account.unshared());
    }

    @Test
    void root_runs_it_as_nobody() {
        assumeTrue(Account.works(Account.nobody()), "setpriv is not permitted here");
        works(Account.nobody());
    }

    private static void works(Account account) {
        Path data;
        try (PostgresServer server = PostgresServer.builder().account(account).start()) {
            server.newDatabase();
            server.restart(Shutdown.IMMEDIATE);
            server.crash();
            server.startAgain();
            data = server.dataDirectory();
        }
        assertThat(data.getParent()).doesNotExist();
    }

    @Test
    void an_ordinary_user_runs_it(@TempDir Path folder) throws IOException {
        assumeTrue(Account.works(Account.nobody()), "setpriv is not permitted here");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> setpriv = new ArrayList<>(Account.nobody().command(java));
        setpriv.remove(java.toString());

        // What root sees may be closed to others: the class path is copied to where they can read it.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Account.nobody().own(temporary);
        List<String> copies = new ArrayList<>();
        for (Path entry : OtherJvm.classPathEntries()) {
            Path copy = folder.resolve(copies.size() + "-" + entry.getFileName());
            copy(entry, copy);
            copies.add(copy.toString());
        }

        try (OtherJvm other = OtherJvm.start(setpriv, String.join(File.pathSeparator, copies), temporary)) {
            assertThat(other.user).isEqualTo("65534");
            assertThat(other.data).startsWith(temporary);
            other.process.destroyForcibly();
            await().atMost(Duration.ofSeconds(30)).until(() -> !Files.exists(other.data.getParent()));
            assertThat(other.serverIsGone()).isTrue();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                }
            }
        }
    }
}
