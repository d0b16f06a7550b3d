package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Node;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Each option comes from the command line, else from its variable, else from the file, else it has its default. */
class SettingsTest {
    private static final Path GUIDE = Path.of("..", "docs", "command-line.md");

    /** Of each option: its default, and two values that are not it. An option that is not here fails the test. */
    private static final Map<String, List<String>> SAMPLES = Map.ofEntries(
            Map.entry("key", List.of("null", "a", "b")),
            Map.entry("postgres", List.of("null", "postgres://a/x", "postgres://b/x")),
            Map.entry("local", List.of("false", "true", "false")),
            Map.entry("directory", List.of("null", "/a", "/b")),
            Map.entry("namespace", List.of("Namespace[name=default]", "a", "b")),
            Map.entry("allow-visible-password", List.of("false", "true", "false")),
            Map.entry("config", List.of("null", "-", "-")),
            Map.entry("node", List.of("null", "a", "b")),
            Map.entry("lease", List.of("null", "2s", "3s")),
            Map.entry("ledger", List.of("LedgerOption[kept=false, schema=Optional.empty]", "true", "ops")),
            Map.entry("schema", List.of("public", "a", "b")),
            Map.entry("grant-to", List.of("[]", "a", "b,c")),
            Map.entry("limit", List.of("20", "1", "2")),
            Map.entry("connect-timeout", List.of("PT30S", "1s", "0")),
            Map.entry("grace", List.of("PT5S", "1s", "2s")),
            Map.entry("restart", List.of("NEVER", "always", "on-failure")),
            Map.entry("backoff", List.of("null", "1s", "2s..3s")),
            Map.entry("ready-when", List.of("null", "line:up", "port:8080")),
            Map.entry("ready-timeout", List.of("null", "1s", "0")),
            Map.entry("on-loss", List.of("TERM", "kill", "term")),
            Map.entry("guard-by", List.of("AUTO", "cgroup", "portable")),
            Map.entry("listen", List.of("null", "10.0.0.5:7000", "[fd00::5]:7001")),
            Map.entry("hide-credentials", List.of("false", "true", "false")),
            Map.entry("http", List.of("null", "8080", "0.0.0.0:8081")),
            Map.entry("log", List.of("text", "json", "text")),
            Map.entry("verbose", List.of("[]", "1", "2")),
            Map.entry("watch", List.of("false", "true", "false")),
            Map.entry("interval", List.of("null", "1s", "2s")),
            Map.entry("takeover-within", List.of("null", "1s", "2s")),
            Map.entry("stop-within", List.of("null", "1s", "2s")),
            Map.entry("connect", List.of("false", "true", "false")),
            Map.entry("json", List.of("false", "true", "false")));

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> errors = new ArrayList<>();

    @TempDir
    private Path directory;

    private Cli cli() {
        PrintStream err = new PrintStream(PrintStream.nullOutputStream()) {
            @Override
            public void println(String line) {
                errors.add(line);
            }
        };
        return new Cli(environment, new PrintStream(PrintStream.nullOutputStream()), err);
    }

    private static Stream<Arguments> options() {
        Cli cli = new Cli(Map.of(), System.out, System.err);
        List<Arguments> all = new ArrayList<>();
        for (Map.Entry<String, CommandLine> command :
                cli.commands().getSubcommands().entrySet()) {
            for (OptionSpec option : Settings.options(command.getValue().getCommandSpec())) {
                all.add(Arguments.of(command.getKey(), Settings.name(option)));
            }
        }
        return all.stream();
    }

    private static List<String> words(String option, String value) {
        return option.equals("verbose")
                ? Collections.nCopies(Integer.parseInt(value), "-v")
                : List.of("--" + option + "=" + value);
    }

    private String value(String command, String option, List<String> more) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(more);
        ParseResult parsed = cli().parse(args.toArray(String[]::new)).subcommand();
        Object value = parsed.commandSpec().findOption("--" + option).getValue();
        return value instanceof Node node
                ? node.name()
                : value instanceof boolean[] flags ? Arrays.toString(flags) : String.valueOf(value);
    }

    private String file(String... lines) throws IOException {
        Path file = directory.resolve("file.properties");
        Files.writeString(file, String.join("\n", lines) + "\n");
        return file.toString();
    }

    @ParameterizedTest(name = "{0} --{1}")
    @MethodSource("options")
    void everyOptionHasAVariable_andALineInTheFile_inThisOrder(String command, String option) throws IOException {
        assertThat(SAMPLES)
                .as("values of --" + option + ", to see that " + Settings.variable(option) + " is read")
                .containsKey(option);
        String initial = SAMPLES.get(option).get(0);
        String one = SAMPLES.get(option).get(1);
        String two = SAMPLES.get(option).get(2);
        assertThat(value(command, option, List.of())).isEqualTo(initial);
        if (option.equals("config")) {
            return; // has a test of its own
        }
        String first = value(command, option, words(option, one));
        String second = value(command, option, words(option, two));
        assertThat(first).isNotEqualTo(second);
        List<String> withFile = new ArrayList<>(List.of("--config", file(option + "=" + one)));

        assertThat(value(command, option, withFile)).as("file").isEqualTo(first);
        environment.put(Settings.variable(option), two);
        assertThat(value(command, option, withFile)).as("variable before file").isEqualTo(second);
        withFile.addAll(words(option, one));
        assertThat(value(command, option, withFile))
                .as("command line before variable")
                .isEqualTo(first);
    }

    @ParameterizedTest(name = "{0} --{1}")
    @MethodSource("options")
    void everyOptionIsInTheGuideWithItsVariable(String command, String option) throws IOException {
        assertThat(Files.readString(GUIDE)).contains("`--" + option, "`" + Settings.variable(option) + "`");
    }

    @Test
    void theFileMayBeNamedByItsVariable() throws IOException {
        environment.put("HIGHLANDER_CONFIG", file("# a comment", "key = of the file"));

        assertThat(value("run", "key", List.of())).isEqualTo("of the file");
    }

    @Test
    void optionsOfOtherCommandsMayBeInTheFile() throws IOException {
        assertThat(value("status", "key", List.of("--config", file("key=a", "grace=1s"))))
                .isEqualTo("a");
    }

    @Test
    void anEmptyVariableIsNone() {
        environment.put("HIGHLANDER_KEY", "");

        assertThat(value("run", "key", List.of())).isEqualTo("null");
    }

    @Test
    void insideOfACommandItsKeyAndNodeAreNoOptions() {
        environment.putAll(Map.of(
                "HIGHLANDER_KEY", "outer", "HIGHLANDER_NODE", "a", "HIGHLANDER_TOKEN", "7", "HIGHLANDER_LEASE", "2s"));

        assertThat(value("run", "key", List.of())).isEqualTo("null");
        assertThat(value("run", "node", List.of())).isEqualTo("null");
        assertThat(value("run", "lease", List.of())).contains("PT2S");
    }

    private int run(String... args) {
        return cli().run(args);
    }

    private String error() {
        assertThat(errors).hasSize(1);
        return errors.get(0);
    }

    @Test
    void aBadValueIsNamedByWhereItComesFrom() throws IOException {
        environment.put("HIGHLANDER_LEASE", "ten");
        assertThat(run("run", "--key", "k", "--", "x")).isEqualTo(64);
        assertThat(error()).startsWith("highlander: Invalid value of HIGHLANDER_LEASE: \"ten\" is no duration. Write");

        errors.clear();
        environment.clear();
        String file = file("grace=0s");
        assertThat(run("run", "--key", "k", "--config", file, "--", "x")).isEqualTo(64);
        assertThat(error()).startsWith("highlander: Invalid value of grace in " + file.substring(0, 20));
        assertThat(error()).contains("The duration 0s is zero.");
    }

    @Test
    void aBadFlagIsNamedToo() {
        environment.put("HIGHLANDER_LOCAL", "yes");
        assertThat(run("status")).isEqualTo(64);
        assertThat(error()).startsWith("highlander: Invalid value of HIGHLANDER_LOCAL: write true or false. ");

        errors.clear();
        environment.put("HIGHLANDER_LOCAL", "true");
        environment.put("HIGHLANDER_VERBOSE", "3");
        assertThat(run("status")).isEqualTo(64);
        assertThat(error()).startsWith("highlander: Invalid value of HIGHLANDER_VERBOSE: write 0, 1 or 2. ");
    }

    @Test
    void aBadVariableDoesNotKeepAnyoneFromHelp_norFromTheCommandLine() {
        environment.put("HIGHLANDER_LEASE", "ten");

        assertThat(run("run", "--help")).isZero();
        assertThat(value("run", "lease", List.of("--lease", "3s"))).contains("PT3S");
        assertThat(errors).isEmpty();
    }

    @Test
    void anUnknownNameInTheFileIsRefused_withTheNearest() throws IOException {
        assertThat(run("status", "--config", file("namspace=x"))).isEqualTo(64);
        assertThat(error()).contains(" has the unknown name namspace. Did you mean namespace? 'highlander status");

        errors.clear();
        assertThat(run("status", "--config", file("whatever=x"))).isEqualTo(64);
        assertThat(error()).contains(" has the unknown name whatever. Its names are those of the long options");

        errors.clear();
        assertThat(run("status", "--config", file("config=x"))).isEqualTo(64);
        assertThat(error()).contains(" has the unknown name config.");
    }

    @Test
    void anUnusableFileIsRefused() throws IOException {
        String absent = directory.resolve("absent").toString();
        assertThat(run("status", "--config", absent)).isEqualTo(64);
        assertThat(error()).contains("can't be used: there is no such file. Correct it, or give --config another one.");

        errors.clear();
        assertThat(run("status", "--config", directory.toString())).isEqualTo(64);
        assertThat(error()).contains("can't be used: it is a directory.");

        errors.clear();
        assertThat(run("status", "--config", file("key=a", "key=b"))).isEqualTo(64);
        assertThat(error()).contains(" has key twice. Remove one of them.");

        errors.clear();
        assertThat(run("status", "--config", file("key=\\u12"))).isEqualTo(64);
        assertThat(error()).contains("it has a \\u that is not followed by four");

        errors.clear();
        Path latin = directory.resolve("latin");
        Files.write(latin, new byte[] {'k', '=', (byte) 0xe9, '\n'});
        assertThat(run("status", "--config", latin.toString())).isEqualTo(64);
        assertThat(error()).contains("it is not UTF-8.");

        errors.clear();
        Path large = directory.resolve("large");
        Files.write(large, new byte[2 << 20]);
        assertThat(run("status", "--config", large.toString())).isEqualTo(64);
        assertThat(error()).contains("it has more than 1048576 bytes.");

        errors.clear();
        assertThat(run("status", "--config=")).isEqualTo(64);
        assertThat(error()).contains("it is a directory");
    }

    @Test
    void aMisspeltVariableIsToldOf_andOthersAreLeftAlone() {
        environment.putAll(Map.of("HIGHLANDER_LEASSE", "2s", "HIGHLANDER_SERVICE_HOST", "10.0.0.1", "HIGHLANDER_", ""));
        environment.put("HIGHLANDER_TOKEN", "7");

        value("run", "lease", List.of());

        assertThat(error())
                .isEqualTo("highlander: The variable HIGHLANDER_LEASSE is no option's and does nothing. Did you mean"
                        + " HIGHLANDER_LEASE?");
    }

    @Test
    void ofTwoThatContradictEachOtherTheEarlierPlaceCounts() throws IOException {
        environment.put("HIGHLANDER_POSTGRES", "postgres://h/d");
        environment.put("HIGHLANDER_LEASE", "2s");
        String locks = Files.createDirectory(directory.resolve("locks")).toString();
        assertThat(run("status", "--local", "--directory", locks)).isZero();
        assertThat(errors).isEmpty();

        environment.put("HIGHLANDER_LOCAL", "true");
        assertThat(run("status")).isEqualTo(64);
        assertThat(error())
                .startsWith("highlander: Both HIGHLANDER_LOCAL and HIGHLANDER_POSTGRES are given. Give one of them.");
    }

    @Test
    void theNearestIsFoundOnlyWhereItIsNear() {
        Set<String> names = Set.of("lease", "local", "key");

        assertThat(Nearest.to("leas", names)).contains("lease");
        assertThat(Nearest.to("lcoal", names)).isEmpty();
        assertThat(Nearest.to("locale", names)).contains("local");
        assertThat(Nearest.to("kye", names)).isEmpty();
        assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    }
}
