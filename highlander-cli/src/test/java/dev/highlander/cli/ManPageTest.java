package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manual page and the completion have every command and option there is. */
class ManPageTest {
    private static String printed(String command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertThat(new Cli(Map.of(), stream, stream).run(command)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Stream<String> commandsAndOptions() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        return new Cli(Map.of(), nowhere, nowhere)
                .commands().getSubcommands().entrySet().stream()
                        .flatMap(command -> Stream.concat(
                                Stream.of(command.getKey()),
                                command.getValue().getCommandSpec().options().stream()
                                        .map(option -> option.longestName())));
    }

    @ParameterizedTest
    @MethodSource("commandsAndOptions")
    void everyCommandAndOptionIsInBoth(String name) {
        String page = printed("man");
        if (name.startsWith("--")) {
            assertThat(page.lines())
                    .anyMatch(line -> line.startsWith("\\fB") && line.contains(name.replace("-", "\\-")));
        } else {
            assertThat(page).contains(".SH \"HIGHLANDER " + name.toUpperCase(Locale.ROOT) + "\"");
        }
        assertThat(printed("completion")).contains(name);
    }
}
