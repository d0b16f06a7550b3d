package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A command's processes when its key is lost, and nobody may be there to see to it; on a real Postgres. */
@EnabledOnOs(OS.LINUX)
class GuardDeadlineTest {
    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
    }

    private Wrapper tree(String url, String node) throws IOException {
        Wrapper wrapper = Wrapper.start(
                "run",
                "--key",
                "job",
                "--lease",
                "1s",
                "--allow-visible-password",
                "--postgres",
                url,
                "--node",
                node,
                "--",
                "sh",
                "-c",
                Tree.script(directory.resolve(node)));
        started.add(wrapper);
        return wrapper;
    }

    private List<Double> stamps(String node) throws IOException {
        return Files.readAllLines(directory.resolve(node)).stream()
                .map(Double::parseDouble)
                .sorted()
                .toList();
    }

    /** Frozen with its command, if that is to be, as a terminal or a supervisor would do. */
    private void freeze(boolean withCommand) throws Exception {
        PostgresServer server = PostgresServer.shared(18);
        String database = server.newDatabase();
        try {
            Wrapper first = tree(server.libpqUrl(database), "node-a");
            Tree tree = Tree.await(first).isWhole();
            Wrapper second = tree(server.libpqUrl(database), "node-b");
            second.awaitErr("standing by: node-a holds the key");

            first.signal("STOP");
            if (withCommand) {
                Wrapper.signal("STOP", tree.processes().get(0).pid());
            }

            Tree.await(second).isWhole();
            assertThat(tree.living()).isEmpty();
            List<Double> earlier = stamps("node-a");
            assertThat(earlier.get(earlier.size() - 1))
                    .as("the last sign of the first one's command, and the first one of the second's")
                    .isLessThan(stamps("node-b").get(0));

            first.signal("CONT");

            first.awaitErr("highlander: the guard has killed sh at the end of its lease, since this process was late");
            first.awaitErr("highlander: sh is stopped; standing by");
            first.awaitErr("standing by: node-b holds the key");
            first.signal("TERM");
            assertThat(first.await()).isEqualTo(143);
            assertThat(first.out()).filteredOn(line -> line.startsWith("up ")).hasSize(1);
        } finally {
            killAll();
            server.dropDatabase(database);
        }
    }

    @Test
    void F3_theWholeTreeDiesWithAFrozenWrapper_beforeTheNextNodeStarts() throws Exception {
        freeze(false);
    }

    @Test
    void F3_alsoWhenTheCommandIsFrozenWithIt() throws Exception {
        freeze(true);
    }

    /** What the command tells about its stop, and the status that the wrapper then ends with. */
    private List<String> lose(String onLoss) throws Exception {
        try (PostgresServer own = PostgresServer.start(18)) {
            Wrapper run = Wrapper.start(
                    "run",
                    "--key",
                    "job",
                    "--lease",
                    "2s",
                    "--on-loss",
                    onLoss,
                    "--allow-visible-password",
                    "--postgres",
                    own.libpqUrl("postgres"),
                    "--",
                    "sh",
                    "-c",
                    "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.05; done");
            started.add(run);
            run.awaitOut("up");

            own.stop(Shutdown.IMMEDIATE);

            run.awaitErr("highlander: sh is stopped; standing by");
            killAll();
            return run.out();
        }
    }

    @Test
    void F3_onLossTheCommandIsAskedToEnd_orKilledAtOnce() throws Exception {
        assertThat(lose("term")).containsExactly("up", "asked");
        assertThat(lose("kill")).containsExactly("up");
    }

    @Test
    void F3_theWholeTreeDiesWithTheLock() throws Exception {
        try (PostgresServer own = PostgresServer.start(18)) {
            Wrapper run = tree(own.libpqUrl("postgres"), "node-a");
            Tree tree = Tree.await(run).isWhole();

            own.stop(Shutdown.IMMEDIATE);

            run.awaitErr("highlander: sh is stopped; standing by");
            assertThat(tree.living()).isEmpty();
            assertThat(run.err()).noneMatch(line -> line.contains("guard"));
            killAll();
        }
    }
}
