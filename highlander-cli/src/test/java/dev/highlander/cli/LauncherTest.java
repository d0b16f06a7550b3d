package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root of a checkout, with stand-ins for Maven and Java. */
class LauncherTest {
    private static final String LAUNCHER = "highlander";
    private static final String CLI = "highlander-cli/target/highlander.jar";
    private static final String DEMO = "demo/target/highlander-demo.jar";

    @TempDir
    private Path temp;

    private Path checkout;
    private Path jdk;

    private record Ended(int status, String out, String err) {}

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = Files.createDirectory(temp.resolve("a checkout"));
        jdk = temp.resolve("a jdk");
        Files.copy(Path.of("..", LAUNCHER), checkout.resolve(LAUNCHER));
        Files.setPosixFilePermissions(checkout.resolve(LAUNCHER), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path packaged = Path.of("dist/src/main/launcher", LAUNCHER);
        Files.createDirectories(checkout.resolve(packaged).getParent());
        Files.copy(Path.of("..").resolve(packaged), checkout.resolve(packaged));
        Files.writeString(checkout.resolve("pom.xml"), "");
        for (String module :
                List.of("highlander-core", "highlander-postgres", "highlander-cli", "embedded-postgres", "demo")) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main/java"));
            Files.writeString(checkout.resolve(module).resolve("pom.xml"), "");
        }
        age(checkout);
        script(checkout.resolve("mvnw"), """
                echo "$@" >>mvn.log
                echo noise
                for module; do case $module in
                demo) mkdir -p demo/target; : >demo/target/highlander-demo.jar ;;
                highlander-cli) mkdir -p highlander-cli/target; : >highlander-cli/target/highlander.jar ;;
                esac; done
                cat
                """);
        script(jdk.resolve("bin/java"), "for word; do printf '<%s>' \"$word\"; done; echo; cat");
        script(jdk.resolve("bin/javac"), "");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void age(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            }
        }
    }

    private Ended launch(Path launcher, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(args));
        File out = Files.createTempFile(temp, "out", "").toFile();
        File err = Files.createTempFile(temp, "err", "").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(temp.toFile())
                .redirectOutput(out)
                .redirectError(err);
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("HIGHLANDER_CACHE", "");
        Process process = builder.start();
        process.getOutputStream().write("typed".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }

    private Ended launch(String... args) throws Exception {
        return launch(checkout.resolve(LAUNCHER), args);
    }

    private List<String> builds() throws IOException {
        Path log = checkout.resolve("mvn.log");
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    @Test
    void buildsWhatIsMissing_andStartsItWithTheArgumentsAndTheInput() throws Exception {
        Ended ended = launch("run", "--key", "a b", "--", "x", "");

        assertThat(ended.status).isZero();
        assertThat(ended.out)
                .endsWith("<-jar><" + checkout.toRealPath().resolve(CLI) + "><run><--key><a b><--><x><>\ntyped");
        assertThat(ended.out).doesNotContain("noise");
        assertThat(ended.err)
                .isEqualTo(
                        "highlander: building from sources; the first time this also downloads Maven and libraries and"
                                + " takes a few minutes\nnoise\n");
        assertThat(builds()).containsExactly("-q -Pfast -Dmaven.test.skip=true -pl highlander-cli -am package");
        assertThat(checkout.resolve("target")).isEmptyDirectory();
    }

    @Test
    void buildsOnceAndThenOnlyWhenASourceIsNewer() throws Exception {
        launch();
        Ended again = launch();
        assertThat(builds()).hasSize(1);
        assertThat(again.err).isEmpty();

        age(checkout.resolve("highlander-cli/target"));
        Files.writeString(checkout.resolve("highlander-core/src/main/java/New.java"), "");
        launch();
        assertThat(builds()).hasSize(2);

        age(checkout.resolve("highlander-cli/target"));
        Files.writeString(checkout.resolve("highlander-core/src/main/java/New.java"), "changed");
        launch(); // a build that finds nothing to do must not be repeated for ever
        launch();
        assertThat(builds()).hasSize(3);
    }

    @Test
    void demoIsItsOwnProgram() throws Exception {
        Ended ended = launch("demo", "--fast");

        assertThat(ended.out).startsWith("<-jar><" + checkout.toRealPath().resolve(DEMO) + "><--fast>\n");
        assertThat(builds()).containsExactly("-q -Pfast -Dmaven.test.skip=true -pl demo -am package");
    }

    @Test
    void worksThroughASymbolicLink() throws Exception {
        Path bin = Files.createDirectories(temp.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("absolute"), checkout.resolve(LAUNCHER));
        Files.createSymbolicLink(bin.resolve("relative"), Path.of("absolute"));

        assertThat(launch(bin.resolve("relative"), "status").status).isZero();

        assertThat(builds()).hasSize(1);
    }

    @Test
    void aFailedBuildIsSaid_andNothingIsStarted() throws Exception {
        script(checkout.resolve("mvnw"), "echo broken; exit 1");

        Ended ended = launch("status");

        assertThat(ended.status).isEqualTo(70);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err).endsWith("broken\nhighlander: The build failed; its messages are above.\n");
        assertThat(checkout.resolve("target")).isEmptyDirectory();
    }

    @Test
    void manyAtOnceBuildOnce_andALeftOverLockIsTakenAway() throws Exception {
        Files.createDirectory(checkout.resolve("target"));
        Files.createSymbolicLink(checkout.resolve("target/building"), Path.of("999999999"));
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ProcessBuilder builder = new ProcessBuilder(
                            checkout.resolve(LAUNCHER).toString(), "status")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectInput(new File("/dev/null"));
            builder.environment().putAll(Map.of("JAVA_HOME", jdk.toString(), "HIGHLANDER_CACHE", ""));
            all.add(builder.start());
        }
        for (Process process : all) {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }

        assertThat(builds()).hasSize(1);
    }

    @Test
    void withoutJavaOrCompilerItSaysWhatToInstall() throws Exception {
        Files.delete(jdk.resolve("bin/javac"));
        Ended ended = launch("status");
        assertThat(ended.status).isEqualTo(69);
        assertThat(ended.err)
                .isEqualTo(
                        "highlander: This Java has no compiler, and there is something to build. Install a JDK, 17 or"
                                + " newer, and set JAVA_HOME to it.\n");

        Files.delete(jdk.resolve("bin/java"));
        ended = launch("status");
        assertThat(ended.status).isEqualTo(69);
        assertThat(ended.err)
                .isEqualTo("highlander: There is no Java in JAVA_HOME, " + jdk
                        + ". Install a JDK, 17 or newer, and set JAVA_HOME to it.\n");
    }
}
