package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reader that waits for a silent server, and is woken, answered or cut off. */
class WakeableSocketTest {
    private static final int WAKES = 5000;

    private ServerSocket listening;
    private WakeableSocket socket;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        socket = new WakeableSocket();
        socket.connect(listening.getLocalSocketAddress());
        server = listening.accept();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        socket.close();
        listening.close();
    }

    /** Without a timeout, a reader whose wake-up is lost waits for ever. */
    @Test
    void noWakeUpIsLostAtWhateverMomentItComes() throws Exception {
        socket.mayBeWoken(true);
        Semaphore woken = new Semaphore(0);
        CompletableFuture<Void> reader = reading(in -> {
            for (int i = 0; i < WAKES; i++) {
                assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
                woken.release();
            }
        });
        for (int i = 0; i < WAKES; i++) {
            socket.wake();
            assertThat(woken.tryAcquire(20, TimeUnit.SECONDS))
                    .as("wake-up %s", i)
                    .isTrue();
        }
        reader.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aWakeUpInTheMiddleOfAStatementIsKeptForTheNextWait() throws Exception {
        CompletableFuture<Void> reader = reading(in -> {
            assertThat(in.read()).isEqualTo('a');
            socket.mayBeWoken(true);
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
        });
        socket.wake();
        server.getOutputStream().write('a');
        reader.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aWokenReaderReadsOnWhatComesThen() throws Exception {
        socket.mayBeWoken(true);
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> reader = reading(in -> {
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
            first.complete(null);
            assertThat(in.readNBytes(3)).containsExactly('a', 'b', 'c');
        });
        socket.wake();
        first.get(20, TimeUnit.SECONDS);
        server.getOutputStream().write(new byte[] {'a', 'b', 'c'});
        reader.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aReaderIsEndedByAClose() throws Exception {
        CompletableFuture<Void> reader =
                reading(in -> assertThatThrownBy(in::read).isInstanceOf(SocketException.class));
        socket.close();
        reader.get(20, TimeUnit.SECONDS);
        socket.wake();
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void aTimeoutHolds() throws Exception {
        socket.setSoTimeout(20);
        assertThatThrownBy(socket.getInputStream()::read)
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("20 ms");
    }

    @Test
    void aTimeoutHoldsForAWriterWhosePeerTakesNothing() {
        socket.setSoTimeout(50);
        assertThatThrownBy(() -> socket.getOutputStream().write(new byte[64 << 20]))
                .isInstanceOf(SocketTimeoutException.class);
    }

    /** What a reader does. */
    private interface Reading {
        void from(InputStream in) throws Exception;
    }

    private CompletableFuture<Void> reading(Reading what) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        what.from(socket.getInputStream());
                        done.complete(null);
                    } catch (Throwable t) {
                        done.completeExceptionally(t);
                    }
                },
                "reader");
        thread.setDaemon(true);
        thread.start();
        return done;
    }
}
