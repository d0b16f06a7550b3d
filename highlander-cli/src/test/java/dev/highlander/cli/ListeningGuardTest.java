package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.embedded.PostgresServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A guard that listens for other nodes: what they can tell from it when somebody is killed or frozen; as processes. */
@EnabledOnOs(OS.LINUX)
class ListeningGuardTest {
    private static final int PATIENCE = 30_000;
    private static final byte[] CHALLENGE = "HLlife1\n0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private final List<Wrapper> started = new ArrayList<>();
    private final PostgresServer server = PostgresServer.shared(18);
    private String database;
    private InetSocketAddress address;

    @BeforeEach
    void open() throws IOException {
        database = server.newDatabase();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
        }
    }

    @AfterEach
    void killAll() {
        started.forEach(Wrapper::close);
        server.dropDatabase(database);
    }

    private Wrapper run(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "run",
                "--key",
                "job",
                "--lease",
                "3s",
                "--listen",
                "127.0.0.1:" + address.getPort(),
                "--allow-visible-password",
                "--postgres",
                server.libpqUrl(database)));
        args.addAll(Arrays.asList(more));
        Wrapper wrapper = Wrapper.start(args.toArray(String[]::new));
        started.add(wrapper);
        return wrapper;
    }

    private Wrapper tree() throws IOException {
        return run("--", "sh", "-c", Tree.script(directory.resolve("log")));
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket();
        socket.connect(address, PATIENCE);
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    private boolean answers() {
        try (Socket socket = dial()) {
            socket.getOutputStream().write(CHALLENGE);
            return socket.getInputStream().readNBytes(32).length == 32;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean refuses() throws IOException {
        try {
            dial().close();
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    @Test
    void F3_whenTheWrapperIsKilledItIsRefusedOnlyOnceTheWholeTreeIsDead() throws Exception {
        Wrapper run = tree();
        Tree tree = Tree.await(run).isWhole();
        assertThat(answers()).isTrue();

        run.kill();

        long since = System.nanoTime();
        while (!refuses()) {
            assertThat(System.nanoTime() - since).isLessThan(TimeUnit.SECONDS.toNanos(30));
        }
        assertThat(tree.living()).as("at the first refusal").isEmpty();
    }

    @Test
    void F3_aFrozenGuardNeitherAnswersNorRefuses_andKillsWhenItGoesOn() throws Exception {
        Wrapper run = tree();
        Tree tree = Tree.await(run).isWhole();
        long guard = run.guard().pid();

        Wrapper.signal("STOP", guard);
        run.kill();

        try (Socket socket = dial()) {
            socket.getOutputStream().write(CHALLENGE);
            socket.setSoTimeout(200);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(tree.living()).isNotEmpty();

        long since = System.nanoTime();
        Wrapper.signal("CONT", guard);

        while (!refuses()) {
            assertThat(System.nanoTime() - since).isLessThan(TimeUnit.SECONDS.toNanos(30));
        }
        assertThat(tree.living()).as("at the first refusal").isEmpty();
    }

    @Test
    void F3_aFrozenWrappersTreeIsKilledInTime_andItsGuardGoesOnAnswering() throws Exception {
        Wrapper run = tree();
        Tree tree = Tree.await(run).isWhole();

        long since = System.nanoTime();
        run.signal("STOP");

        assertThat(tree.awaitDeath(since)).isGreaterThan(Duration.ZERO);
        assertThat(answers()).isTrue();

        run.signal("CONT");
        run.awaitErr("highlander: the guard has killed sh at the end of its lease, since this process was late");
        Tree again = Tree.await(run, 2).isWhole();
        assertThat(again.runs()).isTrue();
        assertThat(run.guard().isAlive()).isTrue();
    }

    @Test
    void F3_oneGuardListensForAllTerms_andEndsWithTheWrapper() throws Exception {
        Wrapper run = run("--restart", "always", "--backoff", "50ms", "--", "sh", "-c", "echo up; read -r line");
        run.awaitOut("up");
        ProcessHandle guard = run.guard();

        run.type("\n");

        run.awaitOutCount("up", 2);
        assertThat(run.guard()).isEqualTo(guard);
        assertThat(answers()).isTrue();

        run.signal("TERM");
        run.await();
        guard.onExit().get(30, TimeUnit.SECONDS);
        assertThat(refuses()).isTrue();
    }

    @Test
    void F3_aKilledGuardIsReplacedByOneThatListensAtTheSameAddress() throws Exception {
        Wrapper run = tree();
        Tree tree = Tree.await(run).isWhole();
        ProcessHandle guard = run.guard();

        guard.destroyForcibly();

        run.awaitErr("highlander: the guard of sh was killed; stopping sh until it has another");
        run.awaitErr("highlander: sh is stopped; standing by");
        assertThat(tree.living()).isEmpty();
        Tree.await(run, 2).isWhole();
        assertThat(run.guard()).isNotEqualTo(guard);
        assertThat(answers()).isTrue();
    }

    @Test
    void F3_signalsThatEndOtherProcessesDoNotEndIt() throws Exception {
        Wrapper run = run("--", "sh", "-c", "echo up; read -r line");
        run.awaitOut("up");
        ProcessHandle guard = run.guard();

        for (String signal : List.of("HUP", "INT", "QUIT", "TERM", "TSTP", "TTIN", "PIPE", "ALRM", "USR1")) {
            Wrapper.signal(signal, guard.pid());
            assertThat(answers()).as(signal).isTrue();
        }

        run.type("\n");
        assertThat(run.await()).isZero();
    }

    @Test
    void anAddressThatIsTakenIsToldBeforeTheKeyIsClaimed_withStatus71() throws Exception {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(address);
            Wrapper run = run("--", "true");

            assertThat(run.await()).isEqualTo(71);
            assertThat(run.err())
                    .last()
                    .asString()
                    .startsWith("highlander: There is no guard that listens at 127.0.0.1:" + address.getPort()
                            + ", since nobody can listen at ")
                    .endsWith("each highlander needs one of its own.");
        }
    }

    @Test
    void aLoopbackAddressIsRemarkedOn() throws Exception {
        Wrapper run = run("--", "true");

        assertThat(run.await()).isZero();
        assertThat(run.err())
                .contains("highlander: only nodes on this machine can ask at 127.0.0.1:" + address.getPort()
                        + ", a loopback address");
    }

    @Test
    void strangersAreToldOfOnce() throws Exception {
        Wrapper run = run("-v", "--", "sh", "-c", "echo up; read -r line");
        run.awaitOut("up");
        for (int i = 0; i < 3; i++) {
            try (Socket socket = dial()) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isNegative();
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
        run.awaitErr("127.0.0.1 sends what is no challenge");
        run.type("\n");
        run.await();
        assertThat(run.err()).filteredOn(line -> line.contains("no challenge")).hasSize(1);
    }
}
