package dev.highlander.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** D5: after a loss the time there is goes down the tree, through two levels, whatever the grace of each. */
class SharedTimeTest {
    private final ManualTime time = ManualTime.create();
    private final long begin = time.nanos();
    private final List<String> told = new ArrayList<>();

    /** Ends when it is asked to, or never. */
    private ChildSpec child(String id, boolean obeys) {
        return ChildSpec.of(id, () -> {
                    CompletableFuture<Exit> ended = new CompletableFuture<>();
                    return new Child() {
                        @Override
                        public CompletionStage<Exit> ended() {
                            return ended;
                        }

                        @Override
                        public void stop(StopReason why, long killBy) {
                            told.add(id + " " + why + " by " + (killBy - begin) / 1_000_000);
                            if (obeys) {
                                ended.complete(Exit.stopped());
                            }
                        }

                        @Override
                        public void kill(StopReason why) {
                            told.add(id + " killed at " + (time.nanos() - begin) / 1_000_000);
                        }
                    };
                })
                .shutdown(Shutdown.forEver());
    }

    private List<String> toldAfterALoss(boolean obey) {
        ChildSpec inner = ChildSpec.tree("inner", Supervisor.oneForOne(child("b", obey), child("c", obey)));
        SupervisorRunner app = new SupervisorRunner(Supervisor.oneForAll(child("a", obey), inner), time);
        app.begin();
        time.runUntilIdle();
        app.stop(StopReason.LOST, begin + 10_000_000_000L);
        time.advance(Duration.ofSeconds(10));
        return told;
    }

    @Test
    void childrenThatIgnoreEverythingEachHaveTheirShareAndAreKilledInTime() {
        assertThat(toldAfterALoss(false))
                .containsExactly(
                        "c LOST by 1600", // of 10 s half is the tree's, less a fifth; of that half is c's, less a fifth
                        "c killed at 1600",
                        "b LOST by 3600", // all that is left of the tree's
                        "b killed at 3600",
                        "a LOST by 8800", // all that is left
                        "a killed at 8800");
    }

    @Test
    void whatIsNotUsedGoesToTheRest() {
        assertThat(toldAfterALoss(true)).containsExactly("c LOST by 1600", "b LOST by 3200", "a LOST by 8000");
    }
}
