package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model checker TLC on {@code docs/spec}, with {@code -Dtlc.jar=…/tla2tools.jar}; without that it is skipped, since the
 * jar is on no registry.
 */
@Timeout(value = 12, unit = TimeUnit.HOURS)
class TlcTest {
    private static final Path SPEC = Path.of(System.getProperty("basedir", "."), "..", "docs", "spec");

    private enum Result {
        HOLDS,
        VIOLATED
    }

    @TempDir
    private Path temporary;

    /** What each configuration comes to, as {@code docs/spec} says; nothing for those of which it says nothing. */
    private static Optional<Result> expected(String config) {
        if (List.of("mended-2", "mended-3", "ledger-3", "cert-3", "q-holds-v3").contains(config)
                || List.of("mut-MUnlockFirst", "mut-MUnlockFirst-1slot", "mut-MCleanAfterUnlock")
                        .contains(config)) {
            return Optional.of(Result.HOLDS);
        }
        boolean mutant = config.startsWith("mut-")
                || config.startsWith("design-")
                || config.startsWith("q-M")
                || config.equals("q-quorum-too-small")
                || config.endsWith("-nowait")
                || config.endsWith("-mixed");
        return mutant ? Optional.of(Result.VIOLATED) : Optional.empty();
    }

    private static List<String> configurations() throws IOException {
        try (Stream<Path> all = Files.list(SPEC.resolve("cfg"))) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cfg"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .sorted()
                    .toList();
        }
    }

    private Result check(Path jar, String config) throws IOException, InterruptedException {
        String module = config.startsWith("q-") ? "HighlanderQuorum.tla" : "HighlanderPg.tla";
        Path states = Files.createDirectory(temporary.resolve("states-" + config));
        Process tlc = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        jar.toString(),
                        "tlc2.TLC",
                        "-workers",
                        "2",
                        "-metadir",
                        states.toString(),
                        "-config",
                        "cfg/" + config + ".cfg",
                        module)
                .directory(SPEC.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(tlc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = tlc.waitFor();
        if (status == 0 && output.contains("No error has been found")) {
            return Result.HOLDS;
        }
        if (output.contains("is violated")) {
            return Result.VIOLATED;
        }
        throw new AssertionError("TLC ended with " + status + " on " + config + ":\n" + output);
    }

    @TestFactory
    Stream<DynamicTest> eachConfigurationComesToWhatTheSpecificationSays() throws IOException {
        String jar = System.getProperty("tlc.jar", "");
        if (jar.isBlank()) {
            return Stream.of(dynamicTest(
                    "skipped", () -> assumeTrue(false, "no model checker: give -Dtlc.jar=…/tla2tools.jar to run it")));
        }
        return configurations().stream()
                .map(config -> dynamicTest(config, () -> {
                    Result result = check(Path.of(jar).toAbsolutePath(), config);
                    System.out.println(config + ": " + result);
                    expected(config).ifPresent(should -> assertThat(result).isEqualTo(should));
                }));
    }

    @Test
    void theModelCheckerIsCalledAndItsAnswerIsRead() throws Exception {
        Path jar = standIn();

        assertThat(check(jar, "mended-2")).isEqualTo(Result.HOLDS);
        assertThat(check(jar, "q-holds-v3")).isEqualTo(Result.HOLDS);
        assertThat(check(jar, "mut-QeqL")).isEqualTo(Result.VIOLATED);
        assertThat(check(jar, "q-MNoWait")).isEqualTo(Result.VIOLATED);
    }

    private Path standIn() throws IOException {
        Path jar = temporary.resolve("stand-in.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                InputStream compiled = tlc2.TLC.class.getResourceAsStream("TLC.class")) {
            out.putNextEntry(new JarEntry("tlc2/TLC.class"));
            compiled.transferTo(out);
            out.closeEntry();
        }
        return jar;
    }

    /** All that the specification's text gives a result for is looked for. */
    @Test
    void mostConfigurationsHaveAResultThatTheyMustComeTo() throws IOException {
        assertThat(configurations().stream().filter(config -> expected(config).isPresent()))
                .hasSizeGreaterThan(30);
    }
}
