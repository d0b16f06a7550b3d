package dev.highlander.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the guide's page on Spring Boot shows is this application. */
class GuideTest {
    private static final String PAGE = "../../docs/spring-boot.md";
    private static final String SAMPLE = "../spring-boot/src/";

    @Test
    void its_Java_is_what_is_compiled_here() throws IOException {
        List<String> compiled = new ArrayList<>();
        for (String file : List.of(
                "main/java/dev/highlander/sample/MailRelay",
                "main/java/dev/highlander/sample/Announcer",
                "test/java/dev/highlander/sample/MailRelayTest")) {
            compiled.addAll(blocks(SAMPLE + file + ".java", "(?s)// guide\n(.*?)// end"));
        }

        assertThat(blocks(PAGE, "(?s)```java\n(.*?)```")).hasSize(3).isEqualTo(compiled);
    }

    @Test
    void its_settings_are_the_ones_that_are_used_here() throws IOException {
        assertThat(blocks(PAGE, "(?s)```yaml\n(.*?)```"))
                .hasSize(1)
                .isEqualTo(blocks(SAMPLE + "main/resources/application.yaml", "(?s)# guide\n(.*?)# end"));
    }

    private static List<String> blocks(String file, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(Path.of(file)))
                .results()
                .map(result -> result.group(1).strip())
                .toList();
    }
}
