package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A command stands by its stub; what shows that it is ready is a file. */
@DisabledOnOs(OS.WINDOWS)
class ReadyChildTest {
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path directory;

    private final CompletableFuture<Exit> end = new CompletableFuture<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Child command = new Child() {
        @Override
        public CompletionStage<Exit> ended() {
            return end;
        }

        @Override
        public void stop(StopReason why, long killBy) {
            asked.add("stop");
        }

        @Override
        public void kill(StopReason why) {
            asked.add("kill");
            end.complete(Exit.stopped().withStatus(137));
        }
    };

    @AfterEach
    void end() {
        end.complete(Exit.completed());
    }

    private Path file() {
        return directory.resolve("file");
    }

    private ReadyChild child(Duration limit, Duration grace) {
        Readiness readiness = new Readiness(new ReadyWhen.Check("test -e " + file()), new Launch(Set.of(), ""));
        return new ReadyChild(command, "job", readiness, limit, grace);
    }

    private static boolean isDone(CompletionStage<?> stage) {
        return stage.toCompletableFuture().isDone();
    }

    @Test
    void itHasStartedWhenItIsReady_notBefore() throws Exception {
        ReadyChild child = child(LONG, LONG);
        assertThat(isDone(child.started())).isFalse();

        Files.createFile(file());

        child.started().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(asked).isEmpty();
    }

    @Test
    void readyInTimeItIsLeftAlone() throws Exception {
        Files.createFile(file());
        ReadyChild child = child(Duration.ofSeconds(30), LONG);
        child.started().toCompletableFuture().get(30, TimeUnit.SECONDS);

        end.complete(Exit.failed(new IOException("x")).withStatus(3));

        assertThat(child.ended().toCompletableFuture().join().status()).hasValue(3);
        assertThat(asked).isEmpty();
    }

    @Test
    void notReadyInTimeItIsStopped_thenKilled_andHasFailed() {
        ReadyChild child = child(Duration.ofMillis(1), Duration.ofMillis(1));

        await().until(() -> isDone(child.ended()));

        Exit exit = child.ended().toCompletableFuture().join();
        assertThat(asked).containsExactly("stop", "kill");
        assertThat(exit.isFailure()).isTrue();
        assertThat(exit.status()).hasValue(124);
        assertThat(exit.cause())
                .hasValueSatisfying(
                        cause -> assertThat(cause).hasMessage("job was not ready within 1 ms, so it was stopped"));
        assertThat(isDone(child.started())).isFalse();
    }

    @Test
    void notReadyInTimeAndEndingWhenAsked_itIsNotKilled() {
        ReadyChild child = child(Duration.ofMillis(1), LONG);
        await().until(() -> asked.contains("stop"));

        end.complete(Exit.stopped().withStatus(143));

        assertThat(child.ended().toCompletableFuture().join().status()).hasValue(124);
        assertThat(asked).containsExactly("stop");
    }

    @Test
    void stoppedBeforeItIsReady_itEndsAsTheCommandDoes_andIsNeverReady() throws Exception {
        ReadyChild child = child(Duration.ZERO, LONG);
        child.stop(StopReason.LOST, Long.MAX_VALUE);
        Files.createFile(file());

        end.complete(Exit.stopped().withStatus(143));

        assertThat(child.ended().toCompletableFuture().join())
                .isEqualTo(Exit.stopped().withStatus(143));
        assertThat(asked).containsExactly("stop");
        assertThat(isDone(child.started())).isFalse();
    }
}
