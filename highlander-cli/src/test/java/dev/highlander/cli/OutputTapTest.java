package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutputTapTest {
    private static final long BRIEF = 50_000_000L;

    private final PipedOutputStream command = new PipedOutputStream();
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final CountDownLatch reader = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        reader.countDown();
    }

    private OutputTap tap(OutputStream to) throws IOException {
        OutputTap tap = new OutputTap(new PipedInputStream(command, 1 << 16), to, "ready");
        tap.start("test");
        return tap;
    }

    /** Takes nothing until the reader comes. */
    private OutputStream slow() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("in pieces");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    reader.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                taken.write(bytes, from, length);
            }
        };
    }

    private void say(String text) throws IOException {
        command.write(text.getBytes(StandardCharsets.UTF_8));
        command.flush();
    }

    @Test
    void theEndWaitsForASlowReader() throws Exception {
        OutputTap tap = tap(slow());
        say("last words");
        command.close();
        CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> tap.drain(OutputTap.forEver()));
        tap.drain(BRIEF);
        assertThat(drained).as("nobody has taken it yet").isNotDone();

        reader.countDown();

        drained.get(30, TimeUnit.SECONDS);
        assertThat(taken.toString(StandardCharsets.UTF_8)).isEqualTo("last words");
    }

    @Test
    void theEndDoesNotWaitForAStreamThatStaysOpen() throws Exception {
        OutputTap tap = tap(taken);
        say("last words");

        tap.drain(OutputTap.forEver());

        assertThat(taken.toString(StandardCharsets.UTF_8)).isEqualTo("last words");
    }

    @Test
    void aLineIsSeenAlthoughNobodyTakesTheOutput() throws Exception {
        OutputTap tap = tap(slow());
        assertThat(tap.seen().toCompletableFuture()).isNotDone();

        say("now ready to go\n");

        tap.seen().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void aReaderThatIsGoneEndsTheCommandsOutput() throws Exception {
        OutputTap tap = tap(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        say("to nobody");

        tap.drain(OutputTap.forEver());
        assertThat(tap.seen().toCompletableFuture()).isNotDone();
    }
}
