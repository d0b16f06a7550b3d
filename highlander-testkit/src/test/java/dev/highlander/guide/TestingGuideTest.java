package dev.highlander.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What the guide's page on testing shows compiles, and passes. */
class TestingGuideTest {
    @Test
    void itsJavaExamplesAreTheOnesThatAreCompiledHere() throws Exception {
        List<String> shown = blocks("../docs/testing.md", "(?s)```java\n(.*?)```");
        List<String> compiled =
                blocks("src/test/java/dev/highlander/guide/TestingExamples.java", "(?s)// guide\n(.*?) *// end");
        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    /** The contract's example is run as {@code LocalLocksContractTest}. */
    @Test
    void itsTestsPass() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(
                        selectClass(TestingExamples.MailRelayTest.class),
                        selectClass(TestingExamples.LosingTest.class),
                        selectClass(TestingExamples.TurningTheClockTest.class),
                        selectClass(TestingExamples.WithSettingsTest.class))
                .execute()
                .testEvents()
                .assertStatistics(stats -> stats.started(5).succeeded(5));
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
