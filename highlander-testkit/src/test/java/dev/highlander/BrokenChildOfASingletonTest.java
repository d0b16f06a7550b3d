package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.StopReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * The key of a child that was started is kept until it is seen to have ended, whatever its methods do. It was once released
 * when the stage that tells of the end was cancelled; and a child whose stop threw was never killed under a grace for ever.
 */
class BrokenChildOfASingletonTest {
    private final Stage stage = Stage.simpleWithLease();
    private final List<String> asked = new ArrayList<>();
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();

    private class Sound implements Child {
        @Override
        public CompletionStage<Exit> ended() {
            return ended;
        }

        @Override
        public void stop(StopReason why, long killBy) {
            asked.add("stop");
        }

        @Override
        public void kill(StopReason why) {
            asked.add("kill");
        }
    }

    @Test
    void B4_whoCancelsTheStageOfTheEndDoesNotReleaseTheKey() {
        stage.run(ChildSpec.of("child", Sound::new));
        ended.cancel(true);
        stage.time.runUntilIdle();
        assertThat(stage.hold().isReleased()).isFalse();
    }

    @Test
    void B4_anEndIsSeenThoughOtherMethodsThrow() {
        stage.start(ChildSpec.of("child", () -> new Sound() {
            @Override
            public CompletionStage<?> stuck() {
                throw new IllegalStateException("broken");
            }

            @Override
            public CompletionStage<?> started() {
                throw new IllegalStateException("broken");
            }
        }));
        stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();
        assertThat(stage.hold().isReleased()).isFalse();
        ended.complete(Exit.completed());
        stage.time.runUntilIdle();
        assertThat(stage.hold().isReleased()).isTrue();
    }

    @Test
    void B3_aChildThatCannotBeAskedIsKilled() {
        Singleton singleton = stage.run(ChildSpec.of("child", () -> new Sound() {
                    @Override
                    public void stop(StopReason why, long killBy) {
                        throw new LinkageError("no such method");
                    }

                    @Override
                    public boolean isPrompt() {
                        throw new LinkageError("no such method");
                    }
                })
                .shutdown(Shutdown.forEver()));
        singleton.stepDown(Duration.ZERO);
        stage.time.runUntilIdle();
        assertThat(asked).containsExactly("kill");
    }
}
