package dev.highlander.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the guide's page on supervision shows compiles, and runs. */
class SupervisionGuideTest {
    @Test
    void itsJavaExamplesAreTheOnesThatAreCompiledHere() throws Exception {
        List<String> shown = blocks("../docs/supervision.md", "(?s)```java\n(.*?)```");
        List<String> compiled =
                blocks("src/test/java/dev/highlander/guide/SupervisionExamples.java", "(?s)// guide\n(.*?) *// end");
        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    @Test
    void C4_itsSecondExampleEndsWithItsSignificantChild() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ChildSpec fetch = ChildSpec.task("fetch", () -> {});
        ChildSpec store = ChildSpec.task("store", never::await);
        try (Supervisor imports =
                new SupervisionExamples(() -> {}, fetch, store).second().start()) {
            assertThat(imports.ended().toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .isEqualTo(Exit.completed());
        }
    }

    /** In the table's right column, that is; a test may be named after its row before that. */
    @Test
    void theTestsThatItNamesAreThere() throws Exception {
        StringBuilder tests = new StringBuilder();
        for (String module : List.of("../highlander-core", "../highlander-testkit")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src/test/java/dev/highlander/supervisor"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    tests.append(Files.readString(file));
                }
            }
        }
        List<String> rows = blocks("../docs/supervision.md", "(?ms).*^## Which cases(.*)")
                .get(0)
                .lines()
                .flatMap(line -> Pattern.compile("^\\| `[a-z_]+.*?\\|(.*)\\|$")
                        .matcher(line)
                        .results())
                .map(row -> row.group(1))
                .toList();
        List<String> named = Pattern.compile("`([A-Za-z_]+)`")
                .matcher(String.join(" ", rows))
                .results()
                .map(name -> name.group(1))
                .toList();
        assertThat(named).hasSizeGreaterThan(40);
        assertThat(named)
                .filteredOn(name -> !Pattern.compile("(class |_| )" + name + "( \\{|\\()")
                        .matcher(tests)
                        .find())
                .isSubsetOf("Child"); // says why one is left out
    }

    /** What the pattern's group finds, without the indentation they share. */
    private static List<String> blocks(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(result -> result.group(1).stripTrailing().stripIndent())
                .toList();
    }
}
