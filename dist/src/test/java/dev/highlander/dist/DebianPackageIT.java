package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.dist.Packaged.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Debian package, unpacked and run from there. */
class DebianPackageIT {
    private static final Path PACKAGE = Path.of(System.getProperty("highlander.package"));

    @Test
    void itsProgramRuns_andAllIsWhereDebianWantsIt() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg-deb")), "no dpkg-deb here to unpack it with");
        try (Packaged packaged = Packaged.warm()) {
            Path root = packaged.directory().resolve("root");
            Ended unpacked = packaged.run(List.of("dpkg-deb", "-x", PACKAGE.toString(), root.toString()), "");
            assertThat(unpacked.status()).as(unpacked.err()).isZero();

            packaged.with("HIGHLANDER_CACHE", "");
            String program = root.resolve("usr/bin/highlander").toString();
            Ended ended = packaged.run(List.of(program, "run", "--key", "k", "--local", "--", "echo", "up"), "");

            assertThat(ended.out()).as(ended.err()).isEqualTo("up\n");
            for (String file : List.of(
                    "usr/share/man/man1/highlander.1",
                    "usr/share/bash-completion/completions/highlander",
                    "usr/share/zsh/vendor-completions/_highlander",
                    "usr/share/doc/highlander/copyright",
                    "usr/share/doc/highlander/examples/highlander@.service")) {
                assertThat(root.resolve(file)).isNotEmptyFile();
            }
        }
    }

    @Test
    void itCanBeInstalledAndRemoved() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/dpkg")), "no dpkg here to install it with");
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can install");
        try (Packaged packaged = Packaged.warm()) {
            Path root = packaged.directory().resolve("root");
            for (String directory : List.of("var/lib/dpkg/info", "var/lib/dpkg/updates")) {
                Files.createDirectories(root.resolve(directory));
            }
            Files.createFile(root.resolve("var/lib/dpkg/status"));
            List<String> dpkg = List.of("dpkg", "--root=" + root, "--force-depends", "--log=/dev/null");

            Ended installed = packaged.run(with(dpkg, "--install", PACKAGE.toString()), "");

            assertThat(installed.status()).as(installed.err()).isZero();
            assertThat(root.resolve("usr/bin/highlander")).isExecutable();
            Ended removed = packaged.run(with(dpkg, "--purge", "highlander"), "");
            assertThat(removed.status()).as(removed.err()).isZero();
            assertThat(root.resolve("usr/lib/highlander")).doesNotExist();
        }
    }

    private static List<String> with(List<String> words, String... more) {
        return Stream.concat(words.stream(), Arrays.stream(more)).toList();
    }
}
