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

    /** What the pattern's group finds, without the indentation they share. */
    private static List<String> blocks(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(result -> result.group(1).stripTrailing().stripIndent())
                .toList();
    }
}
