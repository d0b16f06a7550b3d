package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.dist.Packaged.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packaged command as its users meet it: each row is a process. All wrong command lines there are, are in the tests of
 * the module that reads them; here is one of each kind, to see that what is packaged says the same.
 */
class UsageIT {
    private static Packaged packaged;
    private static String help;

    @BeforeAll
    static void unpack() throws Exception {
        packaged = Packaged.warm();
        help = packaged.run("run", "--help").out();
    }

    @AfterAll
    static void remove() {
        packaged.close();
    }

    private static Ended runLine(String line) throws Exception {
        return packaged.run(Arrays.stream(line.split(" "))
                .map(word -> word.replace("<nl>", "\n")
                        .replace("<long>", "n".repeat(64))
                        .replace("<empty>", ""))
                .toArray(String[]::new));
    }

    /** Statuses of our own are in the help text, which people go by. */
    private static void assertDocumented(int status) {
        assertThat(help).containsPattern("(?m)^ +" + status + " +\\S");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --bogus                                            | 64  | There is no option --bogus.
            runn                                               | 64  | There is no place for runn. Did you mean run?
            run --key k --local                                | 64  | There is no command to run. Give one after the options, or after --.
            run --key k --lokal -- x                           | 64  | There is no option --lokal. Did you mean --local
            run --key= --local -- x                            | 64  | Invalid value for option '--key': The key is empty. Give it at least one visible character.
            run --key a<nl>b --local -- x                      | 64  | Invalid value for option '--key': The key has a control character (U+000A) at position 1. Use printable characters only.
            run --key k --node <long> --local -- x             | 64  | Invalid value for option '--node': The node name "nnnnnnnnnnnnnnnnnnnn..." has 64 bytes. Use at most 63 bytes of UTF-8.
            run --key k --lease 0s -- x                        | 64  | Invalid value for option '--lease': The duration 0s is zero. Use more than zero.
            run --key k --lease 999999999999h -- x             | 64  | Invalid value for option '--lease': The duration 999999999999h is longer than can be counted. Use less than 292 years.
            run --key k --grace 99999999999999999999s -- x     | 64  | Invalid value for option '--grace': The duration 99999999999999999999s is longer than can be counted.
            run --key k --connect-timeout 5 -- x               | 64  | Invalid value for option '--connect-timeout': The duration 5 has no unit. Write a whole number and a unit
            run --key k -- x                                   | 64  | Nothing says where keys are kept. Give --postgres URL, set DATABASE_URL in the environment, or give --local
            run --key k --config /no/such -- x                 | 64  | The configuration file /no/such
            run --key k --postgres postgres://u:pw@h/d -- x    | 64  | The URL of --postgres has a password
            run --key k --local -- no-such-command             | 127 | The command no-such-command is not found. Give a program of the PATH or a path to one
            run --key k --local -- /etc/passwd                 | 126 | The command /etc/passwd is not executable for this user. Make it so with chmod +x
            explain --takeover-within 3s                       | 64  | --takeover-within: 2.35 × lease 10 s + poll 1.5 s ≤ 3 s does not hold
            status                                             | 64  | Nothing says where keys are kept.
            status --local --interval 1s                       | 64  | --interval is the time between the looks of --watch
            """)
    void F3_isOneParagraphWithTheRemedy_andTheDocumentedStatus(String line, int status, String expected)
            throws Exception {
        Ended ended = runLine(line);

        assertThat(ended.err()).startsWith("highlander: " + expected);
        assertThat(ended.err().lines()).hasSize(1);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ", ":pw@");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.status()).isEqualTo(status);
        assertDocumented(status);
    }

    /** No argument of a process can have one; a file can. */
    @Test
    void F3_aKeyWithANulCharacterIsRefused() throws Exception {
        Path file = Files.writeString(packaged.directory().resolve("options"), "key=a\\u0000b\n");

        Ended ended = packaged.run("run", "--local", "--config", file.toString(), "--", "true");

        assertThat(ended.err()).startsWith("highlander: ").contains("U+0000").doesNotContain("Exception");
        assertThat(ended.err().lines()).hasSize(1);
        assertThat(ended.status()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "run", "status", "history", "explain", "schema", "completion", "man", "prepare"})
    void F3_everyCommandHasHelpAndAVersion(String command) throws Exception {
        Ended shown = runLine((command + " --help").strip());
        assertThat(shown.status()).isZero();
        assertThat(shown.err()).isEmpty();
        assertThat(shown.out()).contains("Usage: highlander" + (command.isEmpty() ? "" : " " + command));
    }

    @Test
    void F3_theVersionIsOneLine() throws Exception {
        Ended ended = packaged.run("--version");

        assertThat(ended.out()).startsWith("highlander ").contains(", Java ").hasLineCount(1);
    }

    @Test
    void F4_explainNeedsNoDatabase() throws Exception {
        Ended ended = packaged.run("explain", "--lease", "2s");

        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("Never two");
    }
}
