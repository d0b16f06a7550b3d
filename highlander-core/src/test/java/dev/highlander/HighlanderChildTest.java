package dev.highlander;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.ScriptedLocks.ScriptedHold;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import dev.highlander.time.Time;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A child of the user's own making that is handed its term. */
class HighlanderChildTest {
    private final ScriptedLocks locks = new ScriptedLocks(Time.system());
    private final Highlander highlander = Highlander.with(locks);
    private final CompletableFuture<Term> started = new CompletableFuture<>();

    private final ChildSpec spec = highlander.child("child", term -> {
        started.complete(term);
        CompletableFuture<Exit> ended = new CompletableFuture<>();
        return new Child() {
            @Override
            public CompletionStage<Exit> ended() {
                return ended;
            }

            @Override
            public void stop(StopReason why, long killBy) {
                ended.complete(Exit.stopped());
            }

            @Override
            public void kill(StopReason why) {
                stop(why, 0);
            }
        };
    });

    @Test
    void B10_theRecipeIsHandedTheTerm_andItsChildIsStoppedAsAnyOther() throws Exception {
        Singleton singleton = highlander.start(spec);
        ScriptedHold hold = locks.grantTo(locks.nextClaim());

        assertThat(started.get(20, SECONDS).isHeld()).isTrue();
        assertThat(started.get().token()).isEqualTo(hold.token());

        singleton.close();
        assertThat(hold.awaitReleased()).isTrue();
        assertThat(started.get().isHeld()).isFalse();
    }

    @Test
    void withoutAHighlanderThereIsNoTerm_andThatIsSaid() {
        assertThatThrownBy(() -> spec.start().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The child child is handed its term, so it can't run by itself.");
    }
}
