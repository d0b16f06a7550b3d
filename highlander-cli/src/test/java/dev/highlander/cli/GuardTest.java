package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a command's processes when somebody in between is killed; as processes, with lock files. */
@EnabledOnOs(OS.LINUX)
class GuardTest {
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

    private Wrapper run(Map<String, String> environment, String node, String... more) throws IOException {
        List<String> args = new ArrayList<>(
                List.of("run", "--local", "--directory", directory.toString(), "--key", "job", "--node", node));
        args.addAll(Arrays.asList(more));
        Wrapper wrapper = Wrapper.start(environment, args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private Wrapper shell(String node, String script) throws IOException {
        return run(Map.of(), node, "--grace", "300ms", "--", "sh", "-c", script);
    }

    private Wrapper tree(String node) throws IOException {
        return shell(node, Tree.script(directory.resolve("log")));
    }

    @Test
    void F3_theWholeTreeDiesWithAKilledWrapper_andOnlyThenTheNextNodeStarts() throws Exception {
        Wrapper first = tree("node-a");
        Tree tree = Tree.await(first).isWhole();
        Wrapper second = shell("node-b", tree.meet());
        second.awaitErr("standing by");

        long since = System.nanoTime();
        first.kill();

        assertThat(tree.awaitDeath(since)).isLessThan(Duration.ofSeconds(5));
        assertThat(second.await()).isZero();
        assertThat(second.out()).containsExactly("done");
    }

    @Test
    void F3_theNextNodeMeetsNobody_evenIfTheGuardIsKilledTogetherWithTheWrapper() throws Exception {
        Wrapper first = shell("node-a", "(setsid sh -c 'echo up $$; exec sleep 1000' &); exec sleep 1000");
        String pid = first.awaitOut("up ").substring(3);
        Wrapper second = shell("node-b", "grep -qs '^State:.[^ZX]' /proc/" + pid + "/status && echo met; echo done");
        second.awaitErr("standing by");

        first.guard().destroyForcibly();
        first.kill();

        assertThat(second.await()).isZero();
        assertThat(second.out()).containsExactly("done");
    }

    @Test
    void F3_anOrdinaryStopEndsTheWholeTreeToo_andOnlyThenTheNextNodeStarts() throws Exception {
        Wrapper first = tree("node-a");
        Tree tree = Tree.await(first).isWhole();
        ProcessHandle guard = first.guard();
        Wrapper second = shell("node-b", tree.meet());
        second.awaitErr("standing by");

        first.signal("TERM");

        assertThat(first.await()).isEqualTo(137);
        assertThat(tree.living()).isEmpty();
        assertThat(second.await()).isZero();
        assertThat(second.out()).containsExactly("done");
        guard.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void F3_whatACommandLeavesBehindEndsBeforeTheKeyIsReleased() throws Exception {
        Wrapper run =
                shell("node-a", "(setsid sh -c 'trap \"\" TERM; echo up $$; while :; do sleep 0.1; done' &); exit 4");
        String left = run.awaitOut("up ").substring(3);

        assertThat(run.await()).isEqualTo(4);
        assertThat(ProcessHandle.of(Long.parseLong(left)).filter(Carriers::lives))
                .isEmpty();
        assertThat(run.err()).last().isEqualTo("highlander: sh ended with status 4; the key is released");
    }

    @Test
    void F3_aKilledGuardIsNoticed_andTheCommandRunsAgainOnlyUnderANewOne() throws Exception {
        Wrapper run = tree("node-a");
        Tree tree = Tree.await(run).isWhole();
        ProcessHandle guard = run.guard();

        guard.destroyForcibly();

        run.awaitErr("highlander: the guard of sh was killed; stopping sh until it has another");
        run.awaitErr("highlander: sh is stopped; standing by");
        assertThat(tree.living()).isEmpty();
        Tree again = Tree.await(run, 2).isWhole();
        assertThat(run.guard()).isNotEqualTo(guard);
        long since = System.nanoTime();
        run.kill();
        again.awaitDeath(since);
    }

    @Test
    void aKilledGuardOfAStandbyIsReplaced() throws Exception {
        Wrapper first = shell("node-a", "echo up; exec sleep 1000");
        first.awaitOut("up");
        Wrapper second = tree("node-b");
        second.awaitErr("standing by");
        second.guard().destroyForcibly();

        first.signal("TERM");

        Tree tree = Tree.await(second).isWhole();
        long since = System.nanoTime();
        second.kill();
        tree.awaitDeath(since);
    }

    @Test
    void theGuardKnowsNoSecret_andTheCommandGetsNoMoreThanIsDocumented() throws Exception {
        Wrapper run = run(
                Map.of("SOME_PASSWORD", "s3cret", "HIGHLANDER_GUARD", "outer"),
                "node-a",
                "--",
                "sh",
                "-c",
                "env | grep ^HIGHLANDER_ | sort; echo up; exec sleep 1000");
        run.awaitOut("up");

        assertThat(Files.readString(Path.of("/proc", Long.toString(run.guard().pid()), "environ")))
                .doesNotContain("s3cret");
        assertThat(run.out()).hasSize(5);
        assertThat(run.out().get(0)).matches("HIGHLANDER_GUARD=outer,[0-9a-f-]+");
        assertThat(run.out().subList(1, 3)).containsExactly("HIGHLANDER_KEY=job", "HIGHLANDER_NODE=node-a");
        assertThat(run.out().get(3)).startsWith("HIGHLANDER_TOKEN=");
    }

    @Test
    void F3_whichGuardThereIsIsTold_atV() throws Exception {
        Wrapper run = run(Map.of(), "node-a", "-v", "--", "true");

        assertThat(run.await()).isZero();
        assertThat(run.err())
                .anyMatch(line -> line.contains("Commands are guarded by process "))
                .anyMatch(line -> line.matches(".*The means that hold them together: (cgroup|portable): .*"));
    }

    @Test
    void F3_withoutTheToolsOfAGuardThatIsSaid_andTheCommandRuns() throws Exception {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path sh = Files.writeString(bin.resolve("sh"), "#!/bin/sh\nexec /bin/sh \"$@\"\n");
        Files.setPosixFilePermissions(sh, PosixFilePermissions.fromString("rwx------"));

        Wrapper run = run(Map.of("PATH", bin.toString()), "node-a", "--", "sh", "-c", "exit 3");

        assertThat(run.await()).isEqualTo(3);
        assertThat(run.err().get(0))
                .isEqualTo("highlander: there is no guard here, since grep -z finds nothing in /proc/*/environ: if"
                        + " highlander is killed or frozen, sh runs on");
    }
}
