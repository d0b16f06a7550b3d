package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.embedded.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where a password may come from, and where it must not be seen; on a real Postgres, which asks for it. */
@EnabledOnOs(OS.LINUX)
class SecretsTest {
    private static final String UNTIL_TERM = "echo up $$; exec sleep 1000";

    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();
    private final PostgresServer server = PostgresServer.shared(18);
    private final String database = server.newDatabase();
    private final String url = server.libpqUrl(database);
    private final String password = URI.create(url).getUserInfo().split(":", 2)[1];
    private final String open = url.replace(":" + password + "@", "@");

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
        server.dropDatabase(database);
    }

    private Wrapper run(Map<String, String> environment, String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("run", "--key", "job", "--lease", "1s"));
        args.addAll(List.of(more));
        args.addAll(List.of("--", "sh", "-c", UNTIL_TERM));
        Wrapper wrapper = Wrapper.start(environment, args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private Path file(String text, String permissions) throws IOException {
        Path file = Files.writeString(Files.createTempFile(directory, "file", ""), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /** Empty for a process that has ended meanwhile, as short-lived ones of the guard do. */
    private static String proc(long pid, String what) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), what), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** It shows none for a moment, while it becomes another program. */
    private String environOfChild(Wrapper run) throws Exception {
        long pid = Long.parseLong(run.awaitOut("up ").substring(3));
        return await().until(() -> proc(pid, "environ"), environ -> !environ.isEmpty());
    }

    private void assertUnseen(Wrapper run) throws Exception {
        run.awaitOut("up ");
        for (ProcessHandle one :
                ProcessHandle.of(run.pid()).orElseThrow().descendants().toList()) {
            assertThat(proc(one.pid(), "cmdline")).doesNotContain(password);
        }
        assertThat(proc(run.pid(), "cmdline")).doesNotContain(password);
        assertThat(proc(run.guard().pid(), "environ")).doesNotContain(password);
        assertThat(run.err()).noneMatch(line -> line.contains(password));
    }

    @Test
    void theVariableOfTheOptionIsNotHandedOn() throws Exception {
        Wrapper run = run(Map.of("HIGHLANDER_POSTGRES", url, "HIGHLANDER_NAMESPACE", "x", "OTHER", "kept"), "-vv");

        assertThat(environOfChild(run))
                .doesNotContain(password)
                .doesNotContain("HIGHLANDER_NAMESPACE")
                .contains("OTHER=kept", "HIGHLANDER_KEY=job");
        assertUnseen(run);
    }

    @Test
    void DATABASE_URLIsTheCommandsToo() throws Exception {
        Wrapper run = run(Map.of("DATABASE_URL", url));

        assertThat(environOfChild(run)).contains("DATABASE_URL=" + url);
        assertUnseen(run);
    }

    @Test
    void credentialsAreHidden_ifThatIsAskedFor() throws Exception {
        Wrapper run =
                run(Map.of("DATABASE_URL", url, "PGPASSWORD", "x", "PGPASSFILE", "/x"), "--hide-credentials", "-vv");

        assertThat(environOfChild(run)).doesNotContain("DATABASE_URL", "PGPASSWORD", "PGPASSFILE", password);
        assertUnseen(run);
    }

    @Test
    void withoutAGuardNothingIsHandedOnEither() throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path sh = Files.writeString(bin.resolve("sh"), "#!/bin/sh\nPATH=/bin:/usr/bin exec /bin/sh \"$@\"\n");
        Files.setPosixFilePermissions(sh, PosixFilePermissions.fromString("rwx------"));

        Wrapper run = run(Map.of("HIGHLANDER_POSTGRES", url, "OTHER", "kept", "PATH", bin.toString()));

        assertThat(environOfChild(run)).doesNotContain(password).contains("OTHER=kept", "HIGHLANDER_KEY=job");
        assertThat(run.err()).anyMatch(line -> line.startsWith("highlander: there is no guard here, since "));
    }

    @Test
    void aPasswordOnTheCommandLineIsRefused_unlessItIsForced() throws Exception {
        Wrapper refused = run(Map.of(), "--postgres", url);
        assertThat(refused.await()).isEqualTo(64);
        assertThat(refused.err())
                .containsExactly("highlander: The URL of --postgres has a password, and every user of this machine can"
                        + " read the command line. Put the URL into DATABASE_URL or into a file that --config names, or"
                        + " the password into ~/.pgpass or PGPASSWORD. If nobody else is here,"
                        + " --allow-visible-password accepts it. 'highlander run --help' shows all options.");

        run(Map.of(), "--postgres", url, "--allow-visible-password").awaitOut("up ");
    }

    @Test
    void PGPASSWORDIsTaken() throws Exception {
        assertUnseen(run(Map.of("PGPASSWORD", password), "--postgres", open, "-vv"));
    }

    @Test
    void aPasswordFileIsRead() throws Exception {
        Path file = file("127.0.0.1:*:*:postgres:" + password + "\n", "rw-------");

        assertUnseen(run(Map.of("PGPASSFILE", file.toString(), "DATABASE_URL", open), "-vv"));
    }

    @Test
    void aPasswordFileThatOthersCanReadIsNot() throws Exception {
        Path file = file("127.0.0.1:*:*:postgres:" + password + "\n", "rw-r-----");
        Wrapper run = run(Map.of("PGPASSFILE", file.toString(), "DATABASE_URL", open));

        assertThat(run.await()).isEqualTo(78);
        assertThat(run.err().get(0))
                .startsWith("highlander: The password file " + file.toString().substring(0, 20))
                .endsWith(" is not read, since users other than its owner can read it. Run chmod 600 on it.");
        assertThat(run.err().get(1)).contains("[AUTHENTICATION]");
    }

    @Test
    void aConfigurationFileMayHaveThePassword() throws Exception {
        assertUnseen(run(
                Map.of("HIGHLANDER_CONFIG", file("postgres=" + url, "rw-------").toString()), "-vv"));
    }

    @Test
    void aConfigurationFileWithAPasswordThatOthersCanReadIsRefused() throws Exception {
        Wrapper run =
                run(Map.of(), "--config", file("postgres=" + url, "rw----r--").toString());
        assertThat(run.await()).isEqualTo(64);
        assertThat(run.err())
                .singleElement()
                .asString()
                .contains(" has a password, and users other than its owner can read it. Run chmod 600 on it")
                .doesNotContain(password);

        run(
                        Map.of("PGPASSWORD", password),
                        "--config",
                        file("postgres=" + open, "rw-r--r--").toString())
                .awaitOut("up ");
    }

    @Test
    void aFailureDoesNotTellThePassword() throws Exception {
        Wrapper run = run(Map.of("DATABASE_URL", url.replace(database, "no_such")), "-vv");

        assertThat(run.await()).isEqualTo(78);
        assertThat(run.err()).noneMatch(line -> line.contains(password));
    }
}
