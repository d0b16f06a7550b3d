package dev.highlander.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.readme.ReadmeExamples.Mail;
import dev.highlander.readme.ReadmeExamples.MailRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows compiles, and runs. */
final class ReadmeTest {
    @Test
    void its_Java_examples_are_the_ones_that_are_compiled_here() throws Exception {
        List<String> shown = blocks("../README.md", "(?s)```java\n(.*?)```");
        List<String> compiled =
                blocks("src/test/java/dev/highlander/readme/ReadmeExamples.java", "(?s)// README\n(.*?) *// end");

        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    @Test
    void F1_its_first_example_runs_the_relay_with_one_line() throws Exception {
        CompletableFuture<Void> ran = new CompletableFuture<>();
        CountDownLatch never = new CountDownLatch(1);
        MailRelay relay = new MailRelay() {
            @Override
            public void loop() throws Exception {
                ran.complete(null);
                never.await();
            }

            @Override
            public Mail receive() {
                throw new IllegalStateException();
            }

            @Override
            public void send(Mail mail, long token) {}

            @Override
            public void closeSocket() {}
        };
        String url = PostgresServer.shared(18).url();
        Thread user = new Thread(() -> new ReadmeExamples(relay).first(url), "readme");
        user.setDaemon(true);
        user.start();

        ran.get(60, TimeUnit.SECONDS);
    }

    /** What the pattern's group finds, without the indentation they share. */
    private static List<String> blocks(String file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
        return matcher.results()
                .map(result -> result.group(1).stripTrailing().stripIndent())
                .toList();
    }
}
