package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code highlander run} and {@code status} as processes, with lock files. */
class LocalRunTest {
    /** Says so, and runs until it is told to end. */
    private static final String UNTIL_TERM = "echo up; exec sleep 1000";

    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();

    @BeforeEach
    void keepStrangersOut() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
    }

    private Wrapper wrapper(String... args) throws IOException {
        Wrapper wrapper = Wrapper.start(args);
        started.add(wrapper);
        return wrapper;
    }

    private Wrapper run(String key, String node, String... more) throws IOException {
        List<String> args = new ArrayList<>(
                List.of("run", "--local", "--directory", directory.toString(), "--key", key, "--node", node));
        args.addAll(Arrays.asList(more));
        return wrapper(args.toArray(String[]::new));
    }

    private Wrapper shell(String key, String node, String script) throws IOException {
        return run(key, node, "--", "sh", "-c", script);
    }

    private Wrapper status(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("status", "--local", "--directory", directory.toString()));
        args.addAll(Arrays.asList(more));
        return wrapper(args.toArray(String[]::new));
    }

    @Test
    void A1_oneRunsTheCommand_andTheOtherTakesOverWhenItStops() throws Exception {
        Wrapper first = shell("job", "node-a", UNTIL_TERM);
        first.awaitOut("up");
        Wrapper second = shell("job", "node-b", UNTIL_TERM);
        second.awaitErr("standing by: node-a holds the key since ");
        assertThat(second.out()).isEmpty();

        first.signal("TERM");

        second.awaitOut("up");
        assertThat(first.await()).isEqualTo(143);
        assertThat(first.err().get(0)).matches("highlander: running sh \\(term [0-9]+\\)");
        assertThat(first.err().subList(1, 3))
                .containsExactly(
                        "highlander: stopping sh",
                        "highlander: sh ended with status 143 (signal 15); the key is released");
        second.signal("TERM");
        assertThat(second.await()).isEqualTo(143);
    }

    @Test
    void A2_differentKeysRunAtOnce() throws Exception {
        Wrapper one = shell("one", "node-a", UNTIL_TERM);
        Wrapper two = shell("two", "node-a", UNTIL_TERM);

        one.awaitOut("up");
        two.awaitOut("up");
        assertThat(one.isAlive()).isTrue();
    }

    @Test
    void A3_theKeyIsLoggedAtDebugWhenItStarts() throws Exception {
        Wrapper run = run("mail-relay", "node-a", "-vv", "true");

        assertThat(run.await()).isZero();
        assertThat(run.err()).anyMatch(line -> line.matches(".* DEBUG dev.highlander: .*mail-relay on node-a.*"));
    }

    @Test
    void A4_aNamespaceKeepsKeysApart() throws Exception {
        Wrapper one = run("job", "node-a", "--namespace", "x", "sh", "-c", UNTIL_TERM);
        Wrapper two = run("job", "node-a", "--namespace", "y", "sh", "-c", UNTIL_TERM);

        one.awaitOut("up");
        two.awaitOut("up");
        assertThat(one.isAlive()).isTrue();
    }

    @Test
    void A6_aNumberIsAKeyToo() throws Exception {
        Wrapper first = shell("#42", "node-a", UNTIL_TERM);
        first.awaitOut("up");

        shell("#42", "node-b", UNTIL_TERM).awaitErr("standing by: node-a holds the key");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exit 0         | 0   | sh ended with status 0; the key is released
            exit 3         | 3   | sh ended with status 3; the key is released
            exit 255       | 255 | sh ended with status 255; the key is released
            kill -KILL $$  | 137 | sh ended with status 137 (signal 9); the key is released
            kill -SEGV $$  | 139 | sh ended with status 139 (signal 11); the key is released
            """)
    void F3_theExitStatusIsTheCommands(String script, int status, String told) throws Exception {
        Wrapper run = shell("job", "node-a", script);

        assertThat(run.await()).isEqualTo(status);
        assertThat(run.err()).last().isEqualTo("highlander: " + told);
    }

    @Test
    void B6_aCommandThatEndsReleasesTheKey_andTheNextNodeRunsIt() throws Exception {
        Wrapper first = shell("job", "node-a", "echo up; read go; exit 5");
        first.awaitOut("up");
        Wrapper second = shell("job", "node-b", "echo up; exit 6");
        second.awaitErr("standing by");

        first.write("go\n");

        assertThat(first.await()).isEqualTo(5);
        assertThat(second.await()).isEqualTo(6);
    }

    @Test
    void F3_argumentsAndStandardInputPassThrough() throws Exception {
        Wrapper run = run(
                "job",
                "node-a",
                "--",
                "sh",
                "-c",
                "printf '%s|' \"$@\"; cat",
                "sh",
                "@file",
                "--",
                "-v",
                "a b",
                "",
                "--key");
        run.write("typed\n");

        assertThat(run.await()).isZero();
        assertThat(run.out()).containsExactly("@file|--|-v|a b||--key|typed");
    }

    @Test
    void F3_optionsAfterTheCommandAreItsOwn() throws Exception {
        Wrapper run = run("job", "node-a", "echo", "--key", "other", "--help");

        assertThat(run.await()).isZero();
        assertThat(run.out()).containsExactly("--key other --help");
    }

    @Test
    void B10_theCommandIsHandedItsTerm() throws Exception {
        String script = "echo $HIGHLANDER_KEY $HIGHLANDER_NODE $HIGHLANDER_TOKEN";
        Wrapper first = shell("job", "node-a", script);
        assertThat(first.await()).isZero();
        Wrapper second = shell("job", "node-b", script);
        assertThat(second.await()).isZero();

        String[] one = first.out().get(0).split(" ");
        String[] two = second.out().get(0).split(" ");
        assertThat(one).startsWith("job", "node-a");
        assertThat(two).startsWith("job", "node-b");
        assertThat(Long.parseLong(two[2])).isGreaterThan(Long.parseLong(one[2]));
    }

    @Test
    void B4_theKeyIsReleasedOnlyWhenTheCommandIsDead() throws Exception {
        Path log = directory.resolve("log");
        Wrapper first = shell(
                "job",
                "node-a",
                "trap 'sleep 1; echo a-end >>" + log + "; exit 0' TERM; echo up; while :; do sleep 0.1; done");
        first.awaitOut("up");
        Wrapper second = shell("job", "node-b", "echo b-start >>" + log);
        second.awaitErr("standing by");

        first.signal("TERM");

        assertThat(second.await()).isZero();
        assertThat(log).hasContent("a-end\nb-start\n");
        assertThat(first.await())
                .as("the status of a command that ends well when asked")
                .isZero();
    }

    @Test
    void B3_aCommandThatIgnoresTermIsKilledAfterItsGrace_andOnlyThenReleased() throws Exception {
        Wrapper first = run(
                "job",
                "node-a",
                "--grace",
                "300ms",
                "--",
                "sh",
                "-c",
                "trap '' TERM; echo up $$; while :; do sleep 0.1; done");
        String pid = first.awaitOut("up ").substring(3);
        Wrapper second = shell("job", "node-b", "kill -0 " + pid + " && echo alive || echo gone");
        second.awaitErr("standing by");

        first.signal("TERM");

        assertThat(first.await()).isEqualTo(137);
        assertThat(first.err()).contains("highlander: sh ended with status 137 (signal 9); the key is released");
        assertThat(second.await()).isZero();
        assertThat(second.out()).containsExactly("gone");
    }

    @Test
    void F3_theCommandsChildrenDieWithIt() throws Exception {
        Wrapper run = shell("job", "node-a", "sleep 1000 & echo up $!; wait");
        long grandchild = Long.parseLong(run.awaitOut("up ").substring(3));

        run.signal("TERM");

        assertThat(run.await()).isEqualTo(143);
        assertThat(ProcessHandle.of(grandchild).filter(Carriers::lives)).isEmpty();
    }

    @Test
    void C7_aStandbyEndsAtOnceWithoutACommand() throws Exception {
        Wrapper first = shell("job", "node-a", UNTIL_TERM);
        first.awaitOut("up");
        Wrapper second = shell("job", "node-b", UNTIL_TERM);
        second.awaitErr("standing by");

        second.signal("TERM");

        assertThat(second.await()).isEqualTo(143);
        assertThat(second.out()).isEmpty();
        assertThat(first.isAlive()).isTrue();
    }

    @Test
    void B5_aCommandThatCannotBeStartedIsReported_andTheKeyReleased() throws Exception {
        Path script = directory.resolve("script");
        Files.writeString(script, "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));

        Wrapper run = run("job", "node-a", "--", script.toString());

        assertThat(run.await()).isEqualTo(127);
        assertThat(run.err())
                .containsExactly("highlander: " + script + " could not be started: No such file or directory."
                        + " Start it by hand on this machine to see why; the key is released");
        assertThat(status("--key", "job").await()).isEqualTo(ExitStatus.NOT_HELD);
    }

    @Test
    void D11_statusShowsWhoHoldsWhat() throws Exception {
        Wrapper holder = shell("job", "node-a", UNTIL_TERM);
        holder.awaitOut("up");

        Wrapper table = status();
        assertThat(table.await()).isZero();
        assertThat(table.out()).hasSize(2);
        assertThat(table.out().get(0)).matches("KEY  STATE  NODE    SINCE +TOKEN +ADDRESS +WAITING");
        assertThat(table.out().get(1))
                .matches("job  held   node-a  20..-..-..T..:..:..Z  [0-9]+  pid " + holder.pid() + " +-");

        Wrapper json = status("--json");
        assertThat(json.await()).isZero();
        JsonNode root = JsonMapper.shared().readTree(String.join("\n", json.out()));
        assertThat(root.get("namespace").asString()).isEqualTo("default");
        JsonNode row = root.get("keys").get(0);
        assertThat(row.get("key").asString()).isEqualTo("job");
        assertThat(row.get("node").asString()).isEqualTo("node-a");
        assertThat(row.get("token").isIntegralNumber()).isTrue();
        assertThat(row.get("address").asString()).isEqualTo("pid " + holder.pid());
        assertThat(row.get("waiting").isNull()).isTrue();
        assertThat(root.get("keys").size()).isEqualTo(1);
    }

    @Test
    void D11_statusOfOneKeyTellsByItsExitStatusWhetherItIsHeld() throws Exception {
        Wrapper holder = shell("job", "node-a", UNTIL_TERM);
        holder.awaitOut("up");

        assertThat(status("--key", "job").await()).isZero();
        Wrapper other = status("--key", "other");
        assertThat(other.await()).isEqualTo(1);
        assertThat(other.out()).hasSize(1);
    }
}
