package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The listener by which other nodes know that a process lives: with real connections, and real processes. */
class LifelineTest {
    private static final int PATIENCE = 30_000;
    private static final ListenAddress ANY_PORT = ListenAddress.parse("127.0.0.1:0");

    private final RunId run = RunId.random();
    private final BlockingQueue<String> remarks = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();
    private Lifeline lifeline;

    @BeforeEach
    void open() throws IOException {
        lifeline = Lifeline.open(run, ANY_PORT, remarks::add);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        lifeline.close();
    }

    private Socket dial() throws IOException {
        return dial(lifeline.address().socket());
    }

    private Socket dial(InetSocketAddress where) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.connect(where, PATIENCE);
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    private static byte[] challenge(int number) {
        byte[] nonce = new byte[LifelineProof.NONCE];
        nonce[0] = (byte) number;
        return LifelineProof.challenge(nonce);
    }

    private static boolean answers(Socket socket, RunId run, int number) throws IOException {
        byte[] challenge = challenge(number);
        socket.getOutputStream().write(challenge);
        byte[] answer = socket.getInputStream().readNBytes(LifelineProof.ANSWER);
        return Arrays.equals(
                answer, LifelineProof.answer(run, (InetSocketAddress) socket.getRemoteSocketAddress(), challenge));
    }

    @Test
    void answersOneChallengeAfterAnother_onManyConnections() throws IOException {
        Socket first = dial();
        Socket second = dial();
        for (int i = 0; i < 10; i++) {
            assertThat(answers(first, run, i)).isTrue();
            assertThat(answers(second, run, i)).isTrue();
        }
        assertThat(answers(first, RunId.random(), 1)).as("as another run").isFalse();
        assertThat(remarks).isEmpty();
    }

    @Test
    void answersAChallengeThatComesByteForByte() throws IOException {
        Socket socket = dial();
        byte[] challenge = challenge(1);
        socket.setTcpNoDelay(true);
        for (byte one : challenge) {
            socket.getOutputStream().write(one);
        }

        assertThat(socket.getInputStream().readNBytes(LifelineProof.ANSWER))
                .isEqualTo(LifelineProof.answer(run, lifeline.address().socket(), challenge));
    }

    @Test
    void foreignBytesEndTheirConnection_andOnlyThat_withOneRemarkForThePeer() throws Exception {
        Socket good = dial();
        for (int i = 0; i < 3; i++) {
            Socket bad = dial();
            bad.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(endOf(bad)).isTrue();
        }

        assertThat(answers(good, run, 1)).isTrue();
        assertThat(remarks).hasSize(1);
        assertThat(remarks.poll())
                .isEqualTo("At the lifeline " + lifeline.address()
                        + ", 127.0.0.1 sends what is no challenge, or too many; its connection is closed.");
    }

    private static byte[] challenges(int count) {
        byte[] all = new byte[LifelineProof.CHALLENGE * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(challenge(i), 0, all, i * LifelineProof.CHALLENGE, LifelineProof.CHALLENGE);
        }
        return all;
    }

    @Test
    void whoDoesNotWaitForAnAnswerGetsOneAfterAnother_butNotTooMany() throws IOException {
        Socket hasty = dial();
        hasty.getOutputStream().write(challenges(20));
        for (int i = 0; i < 20; i++) {
            assertThat(hasty.getInputStream().readNBytes(LifelineProof.ANSWER))
                    .isEqualTo(LifelineProof.answer(run, lifeline.address().socket(), challenge(i)));
        }

        Socket flood = dial();
        flood.getOutputStream().write(challenges(40 * Visitor.CHALLENGES_A_SECOND));
        assertThat(endAfterAnswers(flood)).isLessThan(40 * Visitor.CHALLENGES_A_SECOND);
        assertThat(answers(dial(), run, 1)).isTrue();
    }

    private static int endAfterAnswers(Socket socket) throws IOException {
        int bytes = 0;
        try {
            while (socket.getInputStream().read() >= 0) {
                bytes++;
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return bytes / LifelineProof.ANSWER;
    }

    /** Closed with unread bytes, a connection ends by a reset. */
    private static boolean endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return String.valueOf(e.getMessage()).contains("reset");
        }
    }

    @Test
    void aPeerWithTooManyConnectionsHasTheNewestClosed_andTheOthersGoOn() throws Exception {
        List<Socket> kept = new ArrayList<>();
        for (int i = 0; i < Lifeline.CONNECTIONS_OF_A_PEER; i++) {
            kept.add(dial());
        }
        assertThat(endOf(dial())).isTrue();
        for (Socket each : kept) {
            assertThat(answers(each, run, 1)).isTrue();
        }
        assertThat(remarks.poll(PATIENCE, TimeUnit.MILLISECONDS)).contains("has too many connections");

        kept.get(0).close();
        Socket next = dial();
        while (!isKept(next)) {
            next = dial(); // the end of the other one may not have been seen
        }
    }

    private boolean isKept(Socket socket) {
        try {
            return answers(socket, run, 1);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anAddressThatIsTakenIsRefused_withTheRemedy() {
        assertThatThrownBy(() -> Lifeline.open(run, lifeline.address(), remarks::add))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Nobody can listen at " + lifeline.address() + ": ")
                .hasMessageContaining("each highlander needs one of its own");
    }

    @Test
    void anAddressOfAnotherMachineIsRefused() {
        assertThatThrownBy(() -> Lifeline.open(run, ListenAddress.parse("192.0.2.1:0"), remarks::add))
                .isInstanceOf(IOException.class)
                .hasMessage("Nobody can listen at 192.0.2.1:0, since this machine has no such address. Give one that it"
                        + " has.");
    }

    /** Another process that listens, starts a child, and says where. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] args) throws Exception {
            Lifeline lifeline = Lifeline.open(RunId.parse(args[0]), ANY_PORT, remark -> {});
            Process child = new ProcessBuilder("sleep", "1000").inheritIO().start();
            System.out.println(lifeline.address() + " " + child.pid());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aKilledProcessIsRefused_thoughItsChildLives_andAFrozenOneIsNot() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Listener.class.getName(),
                        run.hex())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ProcessHandle child = null;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String[] words = out.readLine().split(" ", -1);
            InetSocketAddress where = ListenAddress.parse(words[0]).socket();
            child = ProcessHandle.of(Long.parseLong(words[1])).orElseThrow();
            Socket socket = dial(where);
            assertThat(answers(socket, run, 1)).isTrue();

            signal("STOP", process.pid());
            socket.getOutputStream().write(challenge(2));
            Socket whileFrozen = dial(where);
            whileFrozen.getOutputStream().write(challenge(3));
            whileFrozen.setSoTimeout(200);
            assertThatThrownBy(() -> whileFrozen.getInputStream().read())
                    .as("neither an answer nor an end")
                    .isInstanceOf(SocketTimeoutException.class);

            process.destroyForcibly().waitFor();
            assertThat(child.isAlive()).isTrue();
            assertThatThrownBy(() -> dial(where)).isInstanceOf(ConnectException.class);
        } finally {
            process.destroyForcibly();
            if (child != null) {
                child.destroyForcibly();
            }
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }
}
