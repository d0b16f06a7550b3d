package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.StopReason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A tree that has given up and is stuck says so once, before anybody has asked it to end: a close once waited for ever. */
class StuckBeforeItsStopTest {
    @Test
    void C7_aCloseDoesNotWaitForEverForATreeThatHadFoundItselfStuckBefore() {
        Stage stage = Stage.simpleWithLease();
        CompletableFuture<Void> stuck = new CompletableFuture<>();
        Singleton singleton = stage.run(ChildSpec.of("child", () -> new Child() {
                    @Override
                    public CompletionStage<Exit> ended() {
                        return new CompletableFuture<>();
                    }

                    @Override
                    public CompletionStage<?> stuck() {
                        return stuck;
                    }

                    @Override
                    public void stop(StopReason why, long killBy) {}

                    @Override
                    public void kill(StopReason why) {}
                })
                .shutdown(Shutdown.forEver()));
        stuck.complete(null);
        stage.time.runUntilIdle();
        singleton.stepDown(Duration.ZERO);
        for (int second = 0; second < 10; second++) {
            stage.hold().confirm();
            stage.time.advance(Duration.ofSeconds(1));
        }
        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(stage.hold().isReleased()).isFalse();
    }
}
