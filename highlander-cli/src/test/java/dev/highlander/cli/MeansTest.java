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
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The means that hold a command's processes together, each on its own; as processes, with lock files. */
@EnabledOnOs(OS.LINUX)
class MeansTest {
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

    private List<String> arguments(GuardChoice means, Path files, String... command) {
        List<String> args = new ArrayList<>(List.of("run", "--local", "--directory", files.toString(), "--key", "job"));
        args.addAll(List.of("-v", "--grace", "300ms", "--guard-by", means.name().toLowerCase(Locale.ROOT), "--"));
        args.addAll(Arrays.asList(command));
        return args;
    }

    private Wrapper run(GuardChoice means, String... command) throws IOException, InterruptedException {
        Machine.assumeMeans(means);
        Wrapper wrapper = Wrapper.start(arguments(means, directory, command).toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private Wrapper shell(GuardChoice means, String script) throws IOException, InterruptedException {
        return run(means, "sh", "-c", script);
    }

    private Wrapper by(List<String> program, Path files, GuardChoice means, String script) throws IOException {
        Wrapper wrapper = Wrapper.startBy(
                program,
                Machine.classPathFor(directory),
                arguments(means, files, "sh", "-c", script).toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private static String script(GuardChoice means) {
        return means == GuardChoice.PORTABLE ? Tree.script() : Tree.hiding();
    }

    private static Tree tree(GuardChoice means, Wrapper wrapper) throws InterruptedException {
        return (means == GuardChoice.PORTABLE ? Tree.await(wrapper) : Tree.awaitHiding(wrapper)).isWhole();
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_theWholeTreeDiesWithAKilledWrapper(GuardChoice means) throws Exception {
        Wrapper run = shell(means, script(means));
        Tree tree = tree(means, run);
        ProcessHandle guard = run.guard();

        long since = System.nanoTime();
        run.kill();

        assertThat(tree.awaitDeath(since)).isLessThan(Duration.ofSeconds(5));
        guard.onExit().get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_anOrdinaryStopEndsTheWholeTree_andTheStatusIsTheCommands(GuardChoice means) throws Exception {
        Wrapper run = shell(means, script(means));
        Tree tree = tree(means, run);
        ProcessHandle guard = run.guard();

        run.signal("TERM");

        assertThat(run.await()).isEqualTo(137);
        assertThat(tree.living()).isEmpty();
        guard.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void F3_aNamespaceEndsEvenIfTheGuardIsKilledTogetherWithTheWrapper() throws Exception {
        Wrapper run = shell(GuardChoice.NAMESPACE, Tree.hiding());
        Tree tree = tree(GuardChoice.NAMESPACE, run);

        long since = System.nanoTime();
        run.guard().destroyForcibly();
        run.kill();

        assertThat(tree.awaitDeath(since)).isLessThan(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_aCommandThatEndsWellWhenAskedIsNotKilled(GuardChoice means) throws Exception {
        Wrapper run = shell(means, "trap 'echo bye; exit 6' TERM; echo up; while :; do sleep 0.05; done");
        run.awaitOut("up");

        run.signal("TERM");

        assertThat(run.await()).isEqualTo(6);
        assertThat(run.out()).containsExactly("up", "bye");
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_otherSignalsReachTheCommand(GuardChoice means) throws Exception {
        Wrapper run = shell(means, "trap 'echo again' USR2; trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done");
        run.awaitOut("up");

        run.signal("USR2");
        run.awaitOut("again");
        run.signal("TERM");

        assertThat(run.await()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_theStatusAndTheStreamsAreTheCommandsAlone(GuardChoice means) throws Exception {
        Machine.assumeMeans(means);
        List<String> quiet = arguments(means, directory, "sh", "-c", "cat; echo told >&2; kill -KILL $$");
        quiet.remove("-v");
        Wrapper run = Wrapper.start(quiet.toArray(String[]::new));
        started.add(run);
        run.write("typed\n");

        assertThat(run.await()).isEqualTo(137);
        assertThat(run.out()).containsExactly("typed");
        assertThat(run.err().stream().filter(line -> !line.contains("standing by")))
                .as("no shell in between has a word to say")
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).startsWith("highlander: running sh"),
                        line -> assertThat(line).isEqualTo("told"),
                        line -> assertThat(line)
                                .isEqualTo("highlander: sh ended with status 137 (signal 9); the key is released"));
    }

    @ParameterizedTest
    @EnumSource(names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void F3_aDaemonEndsWithItsCommand(GuardChoice means) throws Exception {
        Wrapper run = shell(
                means,
                "(setsid sh -c 'trap \"\" TERM; echo daemon $$; while :; do sleep 0.1; done' &); read go; exit 4");
        ProcessHandle daemon = run.outside(
                        Long.parseLong(run.awaitOut("daemon ").substring(7)))
                .orElseThrow();
        assertThat(Carriers.lives(daemon)).isTrue();

        run.write("go\n");

        assertThat(run.await()).isEqualTo(4);
        assertThat(Carriers.lives(daemon)).isFalse();
    }

    @Test
    void F3_asTheFirstProcessOfAContainer_whichInheritsWhatTheCommandLeaves() throws Exception {
        Machine.assumeRoot();
        List<String> container = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
        List<String> trial = new ArrayList<>(container);
        trial.add("true");
        Machine.assumeWorks(trial.toArray(String[]::new));

        Wrapper run = by(
                container,
                directory,
                GuardChoice.AUTO,
                "(sleep 0 &); (setsid sh -c 'trap \"\" TERM; while :; do sleep 0.1; done' &); echo up; exit 4");

        assertThat(run.await()).isEqualTo(4);
    }

    @Test
    void F3_aControlGroupIsRemovedWithItsCommand_alsoWithGroupsInside() throws Exception {
        Machine.assumeMeans(GuardChoice.CGROUP);
        Path home = ControlGroups.open().home();
        String inside = "inner=" + home + "$(sed -n 's/^0:://p' /proc/self/cgroup | sed 's,.*/,/,')/inner;"
                + " mkdir $inner && echo $$ >$inner/cgroup.procs && echo in $inner; ";
        Wrapper ended = shell(GuardChoice.CGROUP, inside + "exit 3");
        assertThat(ended.await()).isEqualTo(3);
        Path first = Path.of(ended.out().get(0).substring(3));
        assertThat(first.getParent()).doesNotExist();

        Wrapper killed = shell(GuardChoice.CGROUP, inside + "exec sleep 1000");
        Path second = Path.of(killed.awaitOut("in ").substring(3));
        assertThat(second).exists();
        killed.kill();
        Awaitility.await().untilAsserted(() -> assertThat(second.getParent()).doesNotExist());
    }

    @Test
    void F3_whatIsHiddenInAControlGroupIsFoundByTheNextHolder_ifNobodyIsLeftToKillIt() throws Exception {
        Wrapper first = shell(GuardChoice.CGROUP, Tree.hiding());
        Tree tree = Tree.awaitHiding(first).isWhole();
        first.guard().destroyForcibly();
        first.kill();

        Wrapper second = shell(GuardChoice.CGROUP, tree.meet());

        assertThat(second.await()).isZero();
        assertThat(second.out()).containsExactly("done");
    }

    @Test
    void F3_meansThatCannotBeHadAreRefused_andTheStrongestThatCanIsTaken() throws Exception {
        Machine.assumeRoot();
        Path own = Machine.ownOfNobody(directory);
        Wrapper forced = by(Machine.AS_NOBODY, own, GuardChoice.CGROUP, "echo up");
        assertThat(forced.await()).isEqualTo(71);
        assertThat(forced.err()).hasSize(1);
        assertThat(forced.err().get(0))
                .startsWith("highlander: --guard-by cgroup can't be had here, since ")
                .contains("Change that, or leave --guard-by out for the strongest means there is.");
        assertThat(forced.out()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "NAMESPACE"})
    void F3_asAnOrdinaryUserToo(GuardChoice means) throws Exception {
        Machine.assumeRoot();
        if (means == GuardChoice.NAMESPACE) {
            Machine.assumeWorks(Stream.concat(
                            Machine.AS_NOBODY.stream(),
                            Stream.of(
                                    "unshare",
                                    "--user",
                                    "--map-current-user",
                                    "--pid",
                                    "--fork",
                                    "--mount-proc",
                                    "true"))
                    .toArray(String[]::new));
        }
        Wrapper run = by(
                Machine.AS_NOBODY,
                Machine.ownOfNobody(directory),
                means,
                "id -u; " + (means == GuardChoice.AUTO ? Tree.script() : Tree.hiding()));
        Tree tree = means == GuardChoice.AUTO
                ? Tree.await(run).isWhole()
                : Tree.awaitHiding(run).isWhole();
        assertThat(run.out().get(0)).isEqualTo("65534");
        run.awaitErr("The means that hold them together: "
                + (means == GuardChoice.AUTO
                        ? "portable:"
                        : "namespace: a process id namespace of their own, and a user"));

        long since = System.nanoTime();
        run.kill();

        assertThat(tree.awaitDeath(since)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void F3_anOrdinaryUserWithAGroupOfItsOwnHasThisMeansToo() throws Exception {
        Machine.assumeRoot();
        Machine.assumeMeans(GuardChoice.CGROUP);
        Path delegated = Files.createDirectory(ControlGroups.open().home().resolve("delegated-" + UUID.randomUUID()));
        try {
            for (Path one : List.of(delegated, delegated.resolve("cgroup.procs"))) {
                Files.setAttribute(one, "unix:uid", 65534);
            }
            List<String> inside = new ArrayList<>(
                    List.of("sh", "-c", "echo $$ >" + delegated + "/cgroup.procs && exec \"$@\"", "enter"));
            inside.addAll(Machine.AS_NOBODY);

            Wrapper run = by(inside, Machine.ownOfNobody(directory), GuardChoice.AUTO, Tree.hiding());
            Tree tree = Tree.awaitHiding(run).isWhole();
            run.awaitErr("The means that hold them together: cgroup: a control group of their own in " + delegated);
            long since = System.nanoTime();
            run.kill();

            assertThat(tree.awaitDeath(since)).isLessThan(Duration.ofSeconds(5));
        } finally {
            killAll();
            Awaitility.await().ignoreExceptions().until(() -> {
                Files.delete(delegated);
                return true;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void F3_withAFileSystemThatIsReadOnly(GuardChoice means) throws Exception {
        Machine.assumeRoot();
        Machine.assumeWorks("unshare", "-m", "mount", "-o", "remount,ro,bind", "/");
        Machine.assumeMeans(means);
        Path files = Files.createDirectory(directory.resolve("files"));
        String only = "mount -t tmpfs none " + files + " && chmod 700 " + files
                + " && mount -o remount,ro,bind / && exec \"$@\"";

        Wrapper run = by(
                List.of("unshare", "-m", "sh", "-c", only, "enter"),
                files,
                means,
                "touch " + directory + "/x || echo read-only; " + Tree.script());
        Tree tree = Tree.await(run).isWhole();
        assertThat(run.out()).contains("read-only");
        long since = System.nanoTime();
        run.kill();

        assertThat(tree.awaitDeath(since)).isLessThan(Duration.ofSeconds(5));
    }
}
