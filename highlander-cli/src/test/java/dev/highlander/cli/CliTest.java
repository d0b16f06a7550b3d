package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that are over before anything is claimed. */
class CliTest {
    private final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return new Cli(environment, new PrintStream(out, true), new PrintStream(err, true)).run(args);
    }

    private int runLine(String line) {
        return run(Arrays.stream(line.split(" "))
                .map(word -> word.replace("<nl>", "\n")
                        .replace("<nul>", "\0")
                        .replace("<empty>", "")
                        .replace("_", " "))
                .toArray(String[]::new));
    }

    private String err() {
        return err.toString(Charset.defaultCharset());
    }

    private String out() {
        return out.toString(Charset.defaultCharset());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                       | There is no place for . 'highlander --help' shows all options.
            --bogus                                  | There is no option --bogus. 'highlander --help' shows all options.
            runn                                     | There is no place for runn. Did you mean run? 'highlander --help' shows all options.
            run --local -- x                         | There is no --key. Give --key KEY, the same on all nodes. 'highlander run --help' shows all options.
            run --key k --local                      | There is no command to run. Give one after the options, or after --. 'highlander run --help'
            run --key k --local --                   | There is no command to run. Give one after the options, or after --.
            run --key k --local -- <empty>           | The command is empty. Give a program, then its arguments.
            run --key k --local -- sh <nul>          | A word of the command has a NUL character, which no program can be given. Remove it.
            run --key k --lokal -- x                 | There is no option --lokal. Did you mean --local or --log? 'highlander run --help' shows all options.
            run --key k -x                           | There is no option -x.
            run --key                                | Missing required parameter for option '--key' (KEY).
            run --key a --key b -- x                 | Option '--key' (KEY) should be specified only once.
            run --key= --local -- x                  | Invalid value for option '--key': The key is empty. Give it at least one visible character.
            run --key _ --local -- x                 | Invalid value for option '--key': The key is empty.
            run --key a<nul>b --local -- x           | Invalid value for option '--key': The key has a control character (U+0000) at position 1. Use printable characters only.
            run --key a<nl>b --local -- x            | Invalid value for option '--key': The key has a control character (U+000A) at position 1.
            run --key #x --local -- x                | Invalid value for option '--key': The key "#x" begins with # but is no number.
            run --key k --node a<nl>b --local -- x   | Invalid value for option '--node': The node name has a control character
            run --key k --namespace= --local -- x    | Invalid value for option '--namespace': The namespace is empty.
            run --key k --lease 0s -- x              | Invalid value for option '--lease': The duration 0s is zero. Use more than zero.
            run --key k --lease 100ms -- x           | Invalid value for option '--lease': A lease of PT0.1S is out of range. Use 500 ms to 60 minutes; 10 seconds suits most.
            run --key k --lease 999999999999h -- x   | Invalid value for option '--lease': The duration 999999999999h is longer than can be counted.
            run --key k --lease ten -- x             | Invalid value for option '--lease': "ten" is no duration. Write
            run --key k --connect-timeout 5 -- x     | Invalid value for option '--connect-timeout': The duration 5 has no unit. Write a whole number and a unit, such as 500ms, 10s, 2m or 1h.
            run --key k --connect-timeout -1s -- x   | Invalid value for option '--connect-timeout': The duration -1s is negative. Use more than zero.
            run --key k --connect-timeout 99999999999999h -- x | Invalid value for option '--connect-timeout': The duration 99999999999999h is longer than can be counted.
            run --key k --restart maybe -- x         | Invalid value for option '--restart': There is no "maybe". Write always, on-failure or never.
            run --key k --restart always --backoff 2s..1s -- x | Invalid value for option '--backoff': A backoff from PT2S to PT1S is out of range. Use more than zero first
            run --key k --backoff 0s -- x            | Invalid value for option '--backoff': The duration 0s is zero.
            run --key k --backoff 1s..99999999999999h -- x | Invalid value for option '--backoff': The duration 99999999999999h is longer than can be counted.
            run --key k --backoff 1s..25h -- x       | Invalid value for option '--backoff': A backoff from PT1S to PT25H is out of range.
            run --key k --local --backoff 1s -- x    | --backoff has no meaning without --restart, since the command is never run again. Give --restart too, or leave it out.
            run --key k --local --ready-timeout 1s -- x | --ready-timeout has no meaning without --ready-when. Give both, or leave it out.
            run --key k --ready-timeout soon -- x    | Invalid value for option '--ready-timeout': "soon" is no duration.
            run --key k --ready-when 8080 -- x       | Invalid value for option '--ready-when': "8080" is nothing to wait for. Write line:TEXT for a line of standard output with that text, port:8080
            run --key k --ready-when http://h/ -- x  | Invalid value for option '--ready-when': "http://..." is nothing to wait for.
            run --key k --ready-when line: -- x      | Invalid value for option '--ready-when': After line: there is nothing. Write the text of a line after it.
            run --key k --ready-when line:a<nl>b -- x | Invalid value for option '--ready-when': After line: there is a character that can't be in it
            run --key k --ready-when port:0 -- x     | Invalid value for option '--ready-when': "0" has no port from 1 to 65535. Write port:8080 or port:HOST:8080.
            run --key k --ready-when port:h:65536 -- x | Invalid value for option '--ready-when': "h:65536" has no port
            run --key k --ready-when port:x -- x     | Invalid value for option '--ready-when': "x" has no port
            run --key k --http web -- x              | Invalid value for option '--http': "web" is no address. Write 8080 for a port of this machine only, or 0.0.0.0:8080 for all others as well.
            run --key k --http 65536 -- x            | Invalid value for option '--http': "65536" is no address.
            run --key k --http :8080 -- x            | Invalid value for option '--http': ":8080" is no address.
            run --key k --local --http no.such.host.invalid:1 -- sh | The host of --http, no.such.host.invalid, is unknown.
            run --key k --log xml -- x               | Invalid value for option '--log': There is no format "xml". Write text or json.
            run --key k --grace 0s -- x              | Invalid value for option '--grace': The duration 0s is zero.
            run --key k --on-loss stop --local -- x  | Invalid value for option '--on-loss': stop is none of them. Give term or kill.
            run --key k --guard-by sth --local -- x | Invalid value for option '--guard-by': sth is none of them. Give auto, cgroup, namespace or portable.
            run --key k --listen 7000 -- x           | Invalid value for option '--listen': "7000" is no literal address with a port. Give an address of this machine, not a name, such as 10.0.0.5:7000 or [fd00::5]:7000.
            run --key k --listen 0.0.0.0:7000 -- x   | Invalid value for option '--listen': Nobody can dial 0.0.0.0, which stands for all addresses of a machine. Give the one at which other nodes reach this machine.
            run --key k --listen 10.0.0.5:7000 --local -- true | --listen has no meaning with --local: nodes on other machines don't share its lock files. Leave it out.
            run --key k --local --grace 25h -- x     | A grace of PT25H is out of range. Use more than zero and at most a day
            run --key k -- x                         | Nothing says where keys are kept. Give --postgres URL, set DATABASE_URL in the environment, or give --local for this machine alone.
            run --key k --local --postgres u -- x    | Both --local and --postgres are given. Give one of them.
            run --key k --directory d -- x           | --directory says where the lock files of --local are, but --local is not given. Give both or neither.
            run --key k --local --lease 9s -- x      | --lease has no meaning with --local, where a key can't be lost while its process lives. Leave it out.
            run --key k --postgres mysql://h/d -- x  | Invalid value of --postgres: The database URL has the scheme "mysql", which is none of Postgres. Write
            run --key k --local --directory /dev/null -- sh | The lock files can't be in the directory /dev/null: there is something else than a directory in its place. Give
            status x                                 | There is no place for x. 'highlander status --help' shows all options.
            status --key=                            | Invalid value for option '--key': The key is empty.
            status                                   | Nothing says where keys are kept.
            """)
    void F3_badUsageIsOneParagraphAndStatus64(String line, String expected) {
        int status = runLine(line);

        assertThat(err()).startsWith("highlander: " + expected).endsWith("shows all options.\n");
        assertThat(err().lines()).hasSize(1);
        assertThat(out()).isEmpty();
        assertThat(status).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void F3_longNamesAreRefused() {
        assertThat(run("run", "--key", "k".repeat(201), "--local", "x")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("run", "--key", "k", "--node", "n".repeat(64), "--local", "x"))
                .isEqualTo(ExitStatus.USAGE);

        assertThat(err())
                .contains("The key \"kkkkkkkkkkkkkkkkkkkk...\" has 201 bytes. Use at most 200 bytes of UTF-8.")
                .contains("The node name \"nnnnnnnnnnnnnnnnnnnn...\" has 64 bytes. Use at most 63 bytes of UTF-8.");
    }

    @Test
    void noCommandAtAllIsBadUsage() {
        assertThat(run()).isEqualTo(ExitStatus.USAGE);

        assertThat(err())
                .isEqualTo(
                        "highlander: There is no command. Give run, status, history, explain or schema. 'highlander --help' shows all options.\n");
    }

    @Test
    void D2_aBadDatabaseUrlOfTheEnvironmentIsNamed() {
        environment.put("DATABASE_URL", "postgres://u:s3cret/x@h/d");

        assertThat(run("run", "--key", "k", "--", "sh")).isEqualTo(ExitStatus.USAGE);

        assertThat(err()).startsWith("highlander: Invalid value of DATABASE_URL: The database URL has");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status postgres://u:s3cret@h/d",
                "run --key k --local -- postgres://u:s3cret@h/d",
                "run --key k --postgres postgres://u:s3cret/x@h/d -- sh",
                "run --key k --lease postgres://u:s3cret@h/d -- sh",
                "run --postgresql=postgres://u:s3cret@h/d --key k -- sh",
                "--postgres=postgres://u:s3cret@h/d",
            })
    void aPasswordIsNeverQuoted(String line) {
        assertThat(runLine(line)).isNotZero();

        assertThat(err()).startsWith("highlander: ").doesNotContain("s3cret");
    }

    @Test
    void F3_aCommandThatIsNotThereEndsWith127_beforeTheKeyIsClaimed(@TempDir Path directory) {
        String name = "no-such\ncommand";
        assertThat(run("run", "--key", "k", "--local", "--directory", directory.toString(), "--", name))
                .isEqualTo(127);

        assertThat(err())
                .isEqualTo(
                        "highlander: The command no-such?command is not found. Give a program of the PATH or a path to"
                                + " one; for a shell's own commands give sh -c '...'.\n");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void F3_aCommandThatIsNotExecutableEndsWith126(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("job"));

        assertThat(run("run", "--key", "k", "--local", "--", file.toString())).isEqualTo(126);

        assertThat(err())
                .isEqualTo("highlander: The command " + file
                        + " is not executable for this user. Make it so with chmod +x, or give the program that reads it"
                        + " first.\n");
    }

    @Test
    void aDirectoryIsNoCommand(@TempDir Path directory) {
        assertThat(run("run", "--key", "k", "--local", "--", directory.toString()))
                .isEqualTo(127);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "run --help",
                "status --help",
                "explain --help",
                "prepare --help",
                "completion --help",
                "man --help"
            })
    void helpHasExamplesAndNoLineIsTooLong(String line) {
        assertThat(runLine(line)).isZero();

        assertThat(out()).contains("Examples:").contains("highlander");
        assertThat(out().lines()).allSatisfy(l -> assertThat(l.length()).isLessThanOrEqualTo(100));
        assertThat(err()).isEmpty();
    }

    @Test
    void helpNamesTheExitStatuses() {
        run("run", "--help");

        assertThat(out()).contains("Exit status:").contains("127", "126", "128+n", "64", "69", "70", "71", "78");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "run --version", "status --version"})
    void versionIsOneLine(String line) {
        assertThat(runLine(line)).isZero();

        assertThat(out()).startsWith("highlander ").contains("Java " + System.getProperty("java.version"));
        assertThat(out().lines()).hasSize(1);
    }
}
