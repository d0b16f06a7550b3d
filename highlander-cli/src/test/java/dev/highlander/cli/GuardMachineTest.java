package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cli.GuardMachine.Quarry;
import dev.highlander.cli.GuardMachine.Step;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a guard decides, order by order; times are hundredths of a second. */
class GuardMachineTest {
    private static final OptionalLong NONE = OptionalLong.empty();
    private static final Quarry BARE = new Quarry("word", NONE, null, false, NONE);

    private final GuardMachine machine = new GuardMachine();

    private void orders(long now, String... lines) {
        for (String line : lines) {
            assertThat(machine.order(line, now)).as(line).isEmpty();
        }
    }

    private static Quarry running(long pid) {
        return new Quarry("word", NONE, null, false, OptionalLong.of(pid));
    }

    @Test
    void withoutATermAnOrphanEnds() {
        assertThat(machine.orphaned(1)).containsExactly(new Step.End());
    }

    @Test
    void anOrphanKillsWhatItGuards_givesBackTheGroup_andOnlyThenEnds() {
        orders(1, "word", "group 17 /sys/fs/cgroup/a/b c", "namespace yes", "starting", "started 42");

        Quarry whole = new Quarry("word", OptionalLong.of(17), "/sys/fs/cgroup/a/b c", true, OptionalLong.of(42));
        Quarry later = new Quarry("word", OptionalLong.of(17), "/sys/fs/cgroup/a/b c", true, NONE);
        List<Step> steps = machine.orphaned(2);
        assertThat(steps).hasSize(3);
        assertThat(steps.get(0)).isEqualTo(new Step.Kill(whole));
        assertThat(steps.get(1)).isIn(new Step.Tidy(whole), new Step.Tidy(later));
        assertThat(steps.get(2)).isEqualTo(new Step.End());
    }

    @Test
    void anOrphanedStartIsLookedForAgainForTwoSeconds() {
        orders(1, "word", "starting");

        assertThat(machine.orphaned(10)).containsExactly(new Step.Kill(BARE));
        long now = 10;
        int looks = 0;
        List<Step> steps = List.of();
        while (!steps.contains(new Step.End())) {
            assertThat(machine.wakeAt()).isGreaterThan(now);
            now = machine.wakeAt();
            steps = machine.at(now);
            assertThat(steps).contains(new Step.Kill(BARE));
            looks++;
        }
        assertThat(now).isEqualTo(10 + GuardMachine.LATE_START);
        assertThat(looks).isEqualTo(100);
        assertThat(steps).containsExactly(new Step.Kill(BARE), new Step.Tidy(BARE), new Step.End());
    }

    @Test
    void atItsDeadlineItSaysSoOnce_andKills() {
        orders(1, "word", "until 100", "starting", "started 42");

        assertThat(machine.wakeAt()).isEqualTo(100);
        assertThat(machine.at(99)).isEmpty();
        assertThat(machine.at(100)).containsExactly(new Step.Expired(), new Step.Kill(running(42)));
        assertThat(machine.at(101)).isEmpty();
        assertThat(machine.wakeAt()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aLaterDeadlineThatComesInTimeCounts_andAnEarlierOneToo() {
        orders(1, "word", "until 100", "until 200", "started 42");
        assertThat(machine.at(150)).isEmpty();
        orders(150, "until 160");
        assertThat(machine.at(160)).hasSize(2);
    }

    @Test
    void aDeadlineThatIsPastWhenItComesIsKept() {
        orders(1, "word", "started 42");
        assertThat(machine.order("until 5", 9)).containsExactly(new Step.Expired(), new Step.Kill(running(42)));
    }

    @Test
    void aDeadlineThatComesAfterTheOldOneHasPassedComesTooLate() {
        orders(1, "word", "until 100", "started 42");
        assertThat(machine.order("until 300", 101)).containsExactly(new Step.Expired(), new Step.Kill(running(42)));
        assertThat(machine.order("until 400", 102)).as("again").containsExactly(new Step.Kill(BARE));
        assertThat(machine.wakeAt()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatIsStartedAfterTheDeadlineIsKilledToo() {
        orders(1, "word", "until 100");
        assertThat(machine.at(100)).containsExactly(new Step.Expired(), new Step.Kill(BARE));
        assertThat(machine.order("starting", 101)).containsExactly(new Step.Kill(BARE));
        assertThat(machine.order("started 42", 102)).containsExactly(new Step.Kill(running(42)));
    }

    @Test
    void aProcessIdIsForgottenOnceItsProcessHasEnded_sinceItMayBeAnothers() {
        orders(1, "word", "starting", "started 42", "ended");
        assertThat(machine.orphaned(2)).startsWith(new Step.Kill(BARE));
    }

    @Test
    void doneGivesBackTheGroup_andAnotherTermMayFollow_withADeadlineOfItsOwn() {
        orders(1, "word", "until 100", "starting", "started 42");
        assertThat(machine.order("done", 50)).containsExactly(new Step.Tidy(running(42)));
        assertThat(machine.wakeAt()).isEqualTo(Long.MAX_VALUE);
        assertThat(machine.at(200)).isEmpty();

        orders(200, "other", "until 300");
        assertThat(machine.at(300))
                .containsExactly(new Step.Expired(), new Step.Kill(new Quarry("other", NONE, null, false, NONE)));
        assertThat(machine.order("done", 301)).hasSize(1);
        assertThat(machine.orphaned(302)).containsExactly(new Step.End());
    }

    @Test
    void anOrderThatItDoesNotKnowOrUnderstandChangesNothing() {
        orders(1, "word", "until 100", "until soon", "dance 7", "group", "", "until 99999999999999999999");
        assertThat(machine.wakeAt()).isEqualTo(100);
    }
}
