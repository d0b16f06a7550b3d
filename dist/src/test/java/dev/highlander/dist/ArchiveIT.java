package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.dist.Packaged.Ended;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in the archive, and how its launcher finds Java and makes its class archive. */
class ArchiveIT {
    private Packaged packaged;

    @BeforeEach
    void unpack() throws Exception {
        packaged = Packaged.warm();
    }

    @AfterEach
    void remove() throws Exception {
        packaged.close();
    }

    private void forget() throws Exception {
        packaged.close();
        packaged = Packaged.cold();
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Until the one that the first start makes is there; it makes it in the background. */
    private Path awaitClassArchive() throws Exception {
        return await("the class archive")
                .atMost(Duration.ofSeconds(60))
                .until(packaged::classArchives, archives -> !archives.isEmpty())
                .get(0);
    }

    /** What the JVM says of the class archives that it has mapped. */
    private boolean mapsArchive(Path archive) throws Exception {
        Ended ended = packaged.run("run", "--key", "k", "--local", "--", "sh", "-c", "cat /proc/$PPID/maps");
        assertThat(ended.status()).as(ended.err()).isZero();
        return ended.out().contains(archive.getFileName().toString());
    }

    @Test
    void hasAllThatBelongsToIt() {
        for (String file : List.of(
                "bin/highlander",
                "lib/highlander.jar",
                "share/man/man1/highlander.1",
                "share/bash-completion/completions/highlander",
                "share/zsh/site-functions/_highlander",
                "examples/Containerfile",
                "examples/highlander@.service",
                "examples/kubernetes.yaml",
                "LICENSE")) {
            assertThat(packaged.home().resolve(file)).isNotEmptyFile();
        }
        assertThat(packaged.launcher()).isExecutable();
    }

    @Test
    void theFirstStartMakesAClassArchive_andTheSecondUsesIt() throws Exception {
        forget();
        Ended first = packaged.run("--version");
        assertThat(first.err()).isEmpty();
        assertThat(first.status()).isZero();

        Path archive = awaitClassArchive();

        assertThat(mapsArchive(archive)).isTrue();
        assertThat(packaged.cache())
                .isDirectoryNotContaining(file -> file.toString().endsWith(".failed"));
    }

    @Test
    void manyFirstStartsAtOnceMakeOneArchiveThatIsWhole() throws Exception {
        forget();
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(packaged.builder(List.of(packaged.launcher().toString(), "--version"))
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start());
        }
        for (Process process : all) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
        Path archive = awaitClassArchive();

        assertThat(packaged.classArchives()).hasSize(1);
        assertThat(mapsArchive(archive)).isTrue();
    }

    @Test
    void anArchiveThatAnotherIsMakingIsNotWaitedFor_andOneThatFailedIsNotTriedAgain() throws Exception {
        forget();
        Ended made = packaged.run("prepare");
        assertThat(made.status()).as(made.err()).isZero();
        Path archive = packaged.classArchives().get(0);
        assertThat(mapsArchive(archive)).isTrue();
        Files.delete(archive);
        Path making = Files.createDirectory(Path.of(archive + ".making"));

        assertThat(packaged.run("--version").status()).isZero();
        Ended prepare = packaged.run("prepare");
        assertThat(prepare.status()).isEqualTo(70);
        assertThat(prepare.err()).startsWith("highlander: The class archive could not be made in ");

        Files.delete(making);
        Files.createFile(Path.of(archive + ".failed"));
        assertThat(packaged.run("--version").status()).isZero();
        assertThat(packaged.classArchives()).isEmpty();
        assertThat(making).doesNotExist();
    }

    @Test
    void whereTheCacheCantBeWrittenOrIsOffItStartsWithout() throws Exception {
        for (String cache : List.of("", "/proc/no-such", "/dev/null/x")) {
            Ended ended = packaged.with("HIGHLANDER_CACHE", cache).run("--version");
            assertThat(ended.err()).isEmpty();
            assertThat(ended.status()).isZero();
        }
        packaged.with("HIGHLANDER_CACHE", null).with("XDG_CACHE_HOME", null).with("HOME", null);
        assertThat(packaged.run("--version").err()).isEmpty();
        Ended prepare = packaged.run("prepare");
        assertThat(prepare.status()).isEqualTo(69);
        assertThat(prepare.err())
                .isEqualTo("highlander: There is no directory for the class archive that this user may write in. Set"
                        + " HIGHLANDER_CACHE to one.\n");
    }

    /** A class archive is mapped into the process, so another user's is as bad as another user's program. */
    @Test
    void anotherUsersArchiveIsNotUsedUnlessToldSo() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
        Path archive = packaged.classArchives().get(0);
        packaged.with("HIGHLANDER_CACHE", null)
                .with("XDG_CACHE_HOME", packaged.directory().toString());
        Path own = Files.createDirectory(packaged.directory().resolve("highlander"));
        Files.copy(archive, own.resolve(archive.getFileName()));
        assertThat(mapsArchive(archive)).isTrue();

        Ended given = packaged.run(
                List.of("chown", "65534", own.resolve(archive.getFileName()).toString()), "");
        assertThat(given.status()).isZero();

        assertThat(mapsArchive(archive)).isFalse();
    }

    @Test
    void argumentsArriveByteForByte_inTheCLocaleToo() throws Exception {
        for (String locale : new String[] {null, "C", "C.UTF-8"}) {
            Ended ended = packaged.with("LC_ALL", locale)
                    .with("LANG", null)
                    .run(
                            "run",
                            "--key",
                            "grün",
                            "--local",
                            "--",
                            "sh",
                            "-c",
                            "printf '<%s>' \"$@\" \"$HIGHLANDER_KEY\" \"${LC_ALL-none}\"; env | grep HIGHLANDER_LC",
                            "sh",
                            "a b",
                            "",
                            "*",
                            "grün",
                            "\n",
                            "-x",
                            "€\\");

            assertThat(ended.out())
                    .as(ended.err())
                    .isEqualTo("<a b><><*><grün><\n><-x><€\\><grün><" + (locale == null ? "none" : locale) + ">");
        }
    }

    @Test
    void aSignalReachesIt() throws Exception {
        Process process = packaged.builder(List.of(
                        packaged.launcher().toString(),
                        "run",
                        "--key",
                        "k",
                        "--local",
                        "--",
                        "sh",
                        "-c",
                        "trap 'echo stopped; exit 7' TERM; echo up; while :; do sleep 0.1; done"))
                .start();
        var out = process.inputReader();
        assertThat(out.readLine()).isEqualTo("up");

        process.toHandle().destroy(); // unlike the process itself, it leaves the streams open

        assertThat(out.readLine()).isEqualTo("stopped");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(7);
    }

    @Test
    void withoutJavaItSaysWhatToInstall() throws Exception {
        Path nowhere = Files.createDirectory(packaged.directory().resolve("no jdk"));
        Ended ended = packaged.with("JAVA_HOME", nowhere.toString()).run("--version");
        assertThat(ended.status()).isEqualTo(69);
        assertThat(ended.err())
                .isEqualTo("highlander: There is no Java in JAVA_HOME, " + nowhere + ". Install a Java runtime, 17 or"
                        + " newer, and put it in the PATH or set JAVA_HOME to it.\n");

        // The tools, but no Java.
        Path tools = Files.createDirectory(packaged.directory().resolve("tools"));
        for (String tool : List.of("sh", "dirname", "readlink", "sed")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/bin", tool));
        }
        ended = packaged.with("JAVA_HOME", null).with("PATH", tools.toString()).run("--version");
        assertThat(ended.status()).isEqualTo(69);
        assertThat(ended.err()).startsWith("highlander: There is no Java in the PATH. Install");
    }

    @Test
    void anOldJavaIsRefusedByName() throws Exception {
        Path jdk = packaged.directory().resolve("old jdk");
        script(jdk.resolve("bin/java"), "echo 'openjdk version \"11.0.2\" 2019-01-15' >&2");
        packaged.with("JAVA_HOME", jdk.toString());
        for (String told : List.of("", "JAVA_VERSION=\"1.8.0_292\"\n", "JAVA_VERSION=\"16.0.2\"\n")) {
            if (!told.isEmpty()) {
                Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\n" + told);
            }
            Ended ended = packaged.run("--version");
            assertThat(ended.status()).isEqualTo(69);
            assertThat(ended.err())
                    .startsWith("highlander: The Java at " + jdk + "/bin/java is version 1")
                    .endsWith(
                            ", and 17 or newer is needed. Install a Java runtime, 17 or newer, and put it in the PATH or"
                                    + " set JAVA_HOME to it.\n");
        }
        script(jdk.resolve("bin/java"), "exit 1");
        Files.delete(jdk.resolve("release"));
        assertThat(packaged.run("--version").err())
                .startsWith("highlander: The Java at " + jdk + "/bin/java does not say its version");
    }

    @Test
    void worksThroughSymbolicLinks() throws Exception {
        Path bin = Files.createDirectory(packaged.directory().resolve("bin"));
        Files.createSymbolicLink(bin.resolve("absolute"), packaged.launcher());
        Files.createSymbolicLink(bin.resolve("relative"), Path.of("absolute"));

        assertThat(packaged.run(List.of(bin.resolve("relative").toString(), "--version"), "")
                        .status())
                .isZero();
    }

    @Test
    void moreOptionsForJavaArePassedOn() throws Exception {
        Ended ended = packaged.with("HIGHLANDER_JAVA_OPTIONS", "-Xmx96m -showversion")
                .run("run", "--key", "k", "--local", "--", "sh", "-c", "tr '\\0' '\\n' </proc/$PPID/cmdline");

        assertThat(ended.out()).contains("\n-Xmx64m\n").contains("\n-Xmx96m\n-showversion\n-jar\n");
    }
}
