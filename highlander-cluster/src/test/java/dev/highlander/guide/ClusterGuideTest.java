package dev.highlander.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cluster.Detection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the guide's page on the peer cluster shows compiles. */
class ClusterGuideTest {
    @Test
    void itsJavaExamplesAreTheOnesThatAreCompiledHere() throws Exception {
        List<String> shown = blocks("../docs/cluster.md", "(?s)```java\n(.*?)```");
        List<String> compiled =
                blocks("src/test/java/dev/highlander/guide/ClusterExamples.java", "(?s)// guide\n(.*?) *// end");
        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    @Test
    void itsTableOfDetectionsSaysWhatTheyAre() throws Exception {
        String page = Files.readString(Path.of("../docs/cluster.md"));
        for (Detection each : Detection.values()) {
            assertThat(page)
                    .containsPattern(
                            "\\| `" + each + "`[^|]*\\| " + each.silence().toSeconds() + " s \\|");
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
