package dev.highlander.drills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SilentProxyTest {
    private static final int A_WHILE = 100;
    private static final int LONG_ENOUGH = 10_000;

    private ServerSocket listener;
    private SilentProxy wire;
    private Socket node;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        wire = new SilentProxy(listener.getLocalPort());
        node = new Socket(InetAddress.getLoopbackAddress(), wire.port());
        server = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        node.close();
        server.close();
        wire.close();
        listener.close();
    }

    @Test
    void passesBothWays() throws IOException {
        node.getOutputStream().write('a');
        assertThat(read(server)).isEqualTo('a');
        server.getOutputStream().write('b');
        assertThat(read(node)).isEqualTo('b');
    }

    @Test
    void passesTheEnd() throws IOException {
        node.close();
        assertThat(read(server)).isEqualTo(-1);
    }

    @Test
    void silentNothingPassesNotEvenTheEndAndHealedAllArrives() throws IOException {
        wire.silence(true, true);
        node.getOutputStream().write('a');
        node.close();
        assertNothingArrives(server);

        wire.heal();

        assertThat(read(server)).isEqualTo('a');
        assertThat(read(server)).isEqualTo(-1);
    }

    @Test
    void silentTowardsTheServerTheOtherDirectionPasses() throws IOException {
        wire.silence(true, false);
        node.getOutputStream().write('a');
        server.getOutputStream().write('b');

        assertThat(read(node)).isEqualTo('b');
        assertNothingArrives(server);
    }

    @Test
    void silentTowardsTheNodeTheOtherDirectionPasses() throws IOException {
        wire.silence(false, true);
        node.getOutputStream().write('a');
        server.getOutputStream().write('b');

        assertThat(read(server)).isEqualTo('a');
        assertNothingArrives(node);
    }

    @Test
    void silentANewConnectionGetsNowhere() throws IOException {
        wire.silence(true, true);
        try (Socket late = new Socket(InetAddress.getLoopbackAddress(), wire.port())) {
            listener.setSoTimeout(A_WHILE);
            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);

            wire.heal();

            listener.setSoTimeout(LONG_ENOUGH);
            try (Socket accepted = listener.accept()) {
                late.getOutputStream().write('c');
                assertThat(read(accepted)).isEqualTo('c');
            }
        }
    }

    private static int read(Socket socket) throws IOException {
        socket.setSoTimeout(LONG_ENOUGH);
        return socket.getInputStream().read();
    }

    private static void assertNothingArrives(Socket socket) throws IOException {
        socket.setSoTimeout(A_WHILE);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
    }
}
