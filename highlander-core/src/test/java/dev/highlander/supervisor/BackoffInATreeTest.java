package dev.highlander.supervisor;

import static dev.highlander.supervisor.Restart.NEVER;
import static dev.highlander.supervisor.Restart.ON_FAILURE;
import static dev.highlander.supervisor.Strategy.ONE_FOR_ALL;
import static dev.highlander.supervisor.Strategy.ONE_FOR_ONE;
import static dev.highlander.supervisor.Strategy.REST_FOR_ONE;
import static dev.highlander.supervisor.SupervisorBench.child;
import static dev.highlander.supervisor.SupervisorBench.seconds;
import static dev.highlander.supervisor.SupervisorBench.significant;
import static dev.highlander.supervisor.SupervisorBench.waits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.highlander.supervisor.SupervisorMachine.Policy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Restarts that wait: 1, 2, 4 and then 8 s, unless said. */
class BackoffInATreeTest {
    private static final double FOR_EVER = Double.POSITIVE_INFINITY;

    private static SupervisorBench three(Strategy strategy) {
        return new SupervisorBench(waits(strategy), child("a"), child("b"), child("c")).up();
    }

    private static void obey(SupervisorBench bench, String said) {
        String words = said;
        while (words.contains("stop ")) {
            words = bench.stopped(words.replaceAll(".*stop ", "").replaceAll(" .*", ""));
        }
    }

    @Test
    void C2_offAsInOtpAChildIsRestartedAtOnce() {
        SupervisorBench bench = new SupervisorBench(SupervisorBench.policy(ONE_FOR_ONE), child("a")).up();
        assertThat(bench.fails("a")).isEqualTo("a FAILED, start a");
    }

    @Test
    void C2_theWaitsGrowWhileItKeepsEndingAndBeginAnewOnceItHasRunForTheLongest() {
        SupervisorBench bench = new SupervisorBench(waits(ONE_FOR_ONE), child("a")).up();
        double now = 0;
        for (double wait : new double[] {1, 2, 4, 8, 8}) {
            assertThat(bench.at(now).fails("a")).isEqualTo("a FAILED");
            assertThat(bench.wakeAt()).isEqualTo(now + wait);
            assertThat(bench.at(now + wait - 0.1).tick()).isEmpty();
            assertThat(bench.at(now + wait).tick()).isEqualTo("start a");
            bench.started("a");
            now += wait + 7;
        }
        now += 1;
        bench.at(now).fails("a");
        assertThat(bench.wakeAt()).as("it has run for 8 s").isEqualTo(now + 1);
    }

    @Test
    void chanceShortensAWaitByUpToHalf() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8));
        Policy policy = new Policy("app", ONE_FOR_ONE, 3, seconds(5), AutomaticShutdown.NEVER, backoff, () -> 0.5);
        SupervisorBench bench = new SupervisorBench(policy, child("a")).up();
        bench.fails("a");
        assertThat(bench.wakeAt()).isEqualTo(0.75);
    }

    @Test
    void aStartThatFailsWaitsLongerHoweverLongItTook() {
        SupervisorBench bench = new SupervisorBench(waits(ONE_FOR_ONE), child("a")).up();
        bench.fails("a");
        bench.at(1).tick();
        assertThat(bench.at(100).failsToStart("a")).isEqualTo("a NOT_STARTED");
        assertThat(bench.wakeAt()).isEqualTo(102);
    }

    @Test
    void C1_oneForOne_theOthersDoNotWaitForIt() {
        SupervisorBench bench = three(ONE_FOR_ONE);
        for (int i = 0; i < 2; i++) {
            bench.fails("a");
            bench.at(1).tick();
            bench.started("a");
        }
        assertThat(bench.at(1).fails("b")).isEqualTo("b FAILED");
        assertThat(bench.at(2).tick()).as("a waits until 3").isEqualTo("start b");
        bench.started("b");
        assertThat(bench.at(3).tick()).isEqualTo("start a");
        assertThat(bench.children()).isEqualTo("a b c");
    }

    @Test
    void C1_oneForAll_allAreStoppedAtOnceAndWaitTogether() {
        SupervisorBench bench = three(ONE_FOR_ALL);
        assertThat(bench.fails("b")).isEqualTo("b FAILED, stop c by 5.0");
        assertThat(bench.stopped("c")).isEqualTo("stop a by 5.0");
        assertThat(bench.stopped("a")).as("not even a").isEmpty();
        assertThat(bench.children()).isEqualTo("-a -b -c");
        assertThat(bench.at(1).tick()).isEqualTo("start a");
        assertThat(bench.started("a")).isEqualTo("start b");
    }

    @Test
    void C1_restForOne_theLaterOnesWaitWithIt() {
        SupervisorBench bench = three(REST_FOR_ONE);
        assertThat(bench.fails("b")).isEqualTo("b FAILED, stop c by 5.0");
        assertThat(bench.stopped("c")).isEmpty();
        assertThat(bench.at(0.5).fails("a")).isEqualTo("a FAILED");
        assertThat(bench.at(1).tick()).as("b needs a").isEmpty();
        assertThat(bench.at(1.5).tick()).isEqualTo("start a");
        assertThat(bench.started("a")).isEqualTo("start b");
        assertThat(bench.started("b")).isEqualTo("start c");
    }

    @Test
    void restForOne_oneThatWasAddedMeanwhileWaitsForThoseItNeeds() {
        SupervisorBench bench = three(REST_FOR_ONE);
        bench.fails("c");
        bench.at(1).tick();
        bench.started("c");
        bench.fails("c");
        assertThat(bench.add(child("d"))).as("a call takes effect at once").isEqualTo("start d");
        bench.started("d");
        bench.at(1.5).fails("d");
        assertThat(bench.at(2.5).tick()).as("c waits until 3").isEmpty();
        assertThat(bench.at(3).tick()).isEqualTo("start c");
        assertThat(bench.started("c")).isEqualTo("start d");
    }

    @Test
    void whatIsStoppedLaterThanTheWaitIsStartedWhenItHasEnded() {
        SupervisorBench bench = three(ONE_FOR_ALL);
        bench.fails("a");
        assertThat(bench.at(4).stopped("c")).isEqualTo("stop b by 9.0");
        assertThat(bench.at(8).stopped("b")).isEqualTo("start a");
    }

    @Test
    void C2_restartsCountWhenTheChildEnds() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1));
        Policy policy = new Policy("app", ONE_FOR_ONE, 1, seconds(5), AutomaticShutdown.NEVER, backoff, () -> 0);
        SupervisorBench bench = new SupervisorBench(policy, child("a")).up();
        bench.fails("a");
        bench.at(1).tick();
        bench.started("a");
        assertThat(bench.at(5).fails("a")).isEqualTo("a FAILED, over FAILED");
    }

    @Test
    void aStopDuringAWaitTakesEffectAtOnce() {
        SupervisorBench bench = three(ONE_FOR_ONE);
        bench.fails("c");
        assertThat(bench.stop()).isEqualTo("stop b by 5.0");
        bench.stopped("b");
        assertThat(bench.stopped("a")).isEqualTo("over STOPPED");
        assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
    }

    @Test
    void C4_callsDuringAWaitTakeEffectAtOnce() {
        SupervisorBench bench = three(ONE_FOR_ONE);
        bench.fails("a");
        bench.fails("b");
        assertThat(bench.delete("a")).contains("is being restarted, so it can't be deleted");
        assertThat(bench.terminate("a")).isEqualTo("done");
        assertThat(bench.delete("a")).isEqualTo("forget a, done");
        assertThat(bench.restart("b")).isEqualTo("start b");
        assertThat(bench.started("b")).isEqualTo("done");
        assertThat(bench.at(10).tick()).isEmpty();
    }

    @Test
    void C4_aCallThatEndsAWaitAndFailsIsToldSoAndTheSupervisorGoesOnTrying() {
        SupervisorBench bench = three(ONE_FOR_ONE);
        bench.fails("a");
        bench.restart("a");
        assertThat(bench.failsToStart("a"))
                .isEqualTo("StartFailedException: Child a of supervisor app could not be started., a NOT_STARTED");
        assertThat(bench.at(2).tick()).isEqualTo("start a");
    }

    @Test
    void C4_aChildThatACallStartsAndThatIsRestartedWithTheOthersMeanwhileIsTriedAgainAsTheyAre() {
        SupervisorBench bench = three(ONE_FOR_ALL);
        obey(bench, bench.fails("a"));
        bench.restart("b");
        assertThat(bench.failsToStart("a")).isEqualTo("a NOT_STARTED");
        bench.at(3).tick();
        bench.started("a");
        assertThat(bench.failsToStart("b")).contains("Child b of supervisor app could not be started., b NOT_STARTED");
        bench.stopped("a");
        assertThat(bench.at(4).tick()).isEqualTo("start a");
        assertThat(bench.started("a")).isEqualTo("start b");
    }

    @Test
    void C4_aChildThatWasTerminatedWhileItWaitedIsNoLongerTried() {
        SupervisorBench bench = three(ONE_FOR_ONE);
        bench.fails("a");
        bench.terminate("a");
        bench.restart("a");
        bench.failsToStart("a");
        assertThat(bench.at(100).tick()).isEmpty();
        assertThat(bench.children()).isEqualTo("-a b c");
    }

    @Test
    void C4_aCallEndsTheWaitOfAllThatWaitTogether() {
        SupervisorBench bench = three(ONE_FOR_ALL);
        bench.fails("b");
        bench.stopped("c");
        bench.stopped("a");
        assertThat(bench.restart("c")).isEqualTo("start a");
        assertThat(bench.started("a")).isEqualTo("start b");
        assertThat(bench.started("b")).isEqualTo("start c");
        assertThat(bench.started("c")).isEqualTo("done");
    }

    @Test
    void C4_aSignificantChildThatWaitsHasNotEnded() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8));
        Policy policy = new Policy("app", ONE_FOR_ONE, 3, seconds(5), AutomaticShutdown.ALL, backoff, () -> 0);
        SupervisorBench bench = new SupervisorBench(policy, significant("a", ON_FAILURE), significant("b", NEVER)).up();
        bench.fails("a");
        assertThat(bench.completes("b")).isEqualTo("forget b");
        bench.at(1).tick();
        bench.started("a");
        assertThat(bench.completes("a")).isEqualTo("over COMPLETED");
    }

    @Test
    void theStartOfTheWholeDoesNotWaitForOneThatWasUpAlready() {
        SupervisorBench bench = new SupervisorBench(waits(ONE_FOR_ONE), child("a"), child("b"));
        bench.begin();
        bench.started("a");
        bench.fails("a");
        assertThat(bench.started("b")).isEqualTo("up");
        assertThat(bench.at(1).tick()).isEqualTo("start a");
    }

    @Test
    void noBackoffIsNotGivenAsNull() {
        assertThatNullPointerException().isThrownBy(() -> Supervisor.oneForOne().backoff(null));
    }
}
