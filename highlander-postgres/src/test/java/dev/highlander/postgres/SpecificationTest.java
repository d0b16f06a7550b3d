package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/spec} speaks of code that is there. */
class SpecificationTest {
    private static final List<String> PACKAGES =
            List.of("dev.highlander.postgres.", "dev.highlander.lock.", "dev.highlander.");
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]+)\\.([A-Za-z_]+)`");

    private static String read() throws IOException {
        return Files.readString(Path.of(System.getProperty("basedir", "."), "..", "docs", "spec", "README.md"));
    }

    private static Class<?> find(String simpleName) {
        for (String prefix : PACKAGES) {
            try {
                return Class.forName(prefix + simpleName);
            } catch (ClassNotFoundException e) {
                // In another package, then.
            }
        }
        throw new AssertionError("no class " + simpleName);
    }

    private static List<String> membersOf(Class<?> type) {
        List<String> names = new ArrayList<>();
        Stream.of(type.getDeclaredMethods()).forEach(method -> names.add(method.getName()));
        Stream.of(type.getDeclaredFields()).forEach(field -> names.add(field.getName()));
        Stream.of(type.getDeclaredClasses()).forEach(nested -> {
            names.add(nested.getSimpleName());
            if (nested.isEnum()) {
                Arrays.stream(nested.getEnumConstants()).forEach(constant -> names.add(constant.toString()));
            }
        });
        return names;
    }

    @Test
    void everyMethodThatItNamesIsThere() throws IOException {
        List<MatchResult> names = NAME.matcher(read()).results().toList();
        assertThat(names).hasSizeGreaterThan(20);
        for (MatchResult name : names) {
            if (name.group(2).equals("tla")) {
                continue;
            }
            if (name.group(1).equals("Phase")) {
                assertThat(membersOf(PostgresProtocol.class)).contains(name.group(2));
            } else {
                assertThat(membersOf(find(name.group(1)))).as(name.group(1)).contains(name.group(2));
            }
        }
    }

    @Test
    void everyMistakeThatItNamesIsMade() throws IOException {
        String text = read();
        for (String mistake : SimMutants.all().keySet()) {
            assertThat(text).contains("| " + mistake + " |");
        }
    }
}
