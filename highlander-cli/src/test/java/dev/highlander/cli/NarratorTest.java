package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class NarratorTest {
    private static final Duration AT_ONCE = Duration.ZERO;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private String written() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Narrator narrator(boolean terminal) {
        return new Narrator(new PrintStream(err, true, StandardCharsets.UTF_8), terminal);
    }

    @Test
    void onATerminalTheLineIsRewrittenEachSecond_andErasedForOthers() {
        try (Narrator narrator = narrator(true)) {
            narrator.countDown(new Countdown(System.nanoTime(), Duration.ofMillis(1_500)), AT_ONCE);
            await().until(() -> written().contains("in 2 s") && written().contains("in 1 s"));
            narrator.say("something else");
            narrator.endCountdown();
        }

        assertThat(written())
                .startsWith(
                        "\r\033[Khighlander: settling, since an earlier holder's command may still run: starting in 2 s"
                                + "\r\033[Khighlander: settling")
                .endsWith("starting in 1 s\r\033[Khighlander: something else\n");
    }

    @Test
    void elsewhereTheCountdownIsOneLine() {
        try (Narrator narrator = narrator(false)) {
            narrator.countDown(new Countdown(System.nanoTime(), Duration.ofMillis(1_500)), AT_ONCE);
            await().until(() -> !written().isEmpty());
        }

        assertThat(written())
                .isEqualTo(
                        "highlander: settling for 1.5 s, since an earlier holder's command may still run for that long\n");
    }

    @Test
    void aCountdownThatEndsSoonerThanItIsShownLeavesNoTrace() {
        try (Narrator narrator = narrator(true)) {
            narrator.countDown(new Countdown(System.nanoTime(), Duration.ofMinutes(1)), Duration.ofMinutes(1));
            narrator.endCountdown();
            narrator.say("x");
        }

        assertThat(written()).isEqualTo("highlander: x\n");
    }

    @Test
    void theCountdownRoundsUpAndDoesNotGoBelowZero() {
        Countdown countdown = new Countdown(0, Duration.ofSeconds(10));

        assertThat(countdown.left(1)).endsWith("starting in 10 s");
        assertThat(countdown.left(9_000_000_001L)).endsWith("starting in 1 s");
        assertThat(countdown.left(10_000_000_000L)).isEqualTo("settling: starting with the next check of the key");
    }

    @Test
    void aReaderThatDoesNotReadHoldsNobodyUp() {
        CountDownLatch never = new CountDownLatch(1);
        PrintStream blocked = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });

        Narrator narrator = new Narrator(blocked, true);
        narrator.say("x");
        narrator.close();
        narrator.say("after the end");

        never.countDown();
    }
}
