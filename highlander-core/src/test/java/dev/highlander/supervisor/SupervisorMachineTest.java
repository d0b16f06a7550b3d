package dev.highlander.supervisor;

import static dev.highlander.supervisor.Restart.ALWAYS;
import static dev.highlander.supervisor.Restart.NEVER;
import static dev.highlander.supervisor.Restart.ON_FAILURE;
import static dev.highlander.supervisor.Strategy.ONE_FOR_ALL;
import static dev.highlander.supervisor.Strategy.ONE_FOR_ONE;
import static dev.highlander.supervisor.Strategy.REST_FOR_ONE;
import static dev.highlander.supervisor.SupervisorBench.child;
import static dev.highlander.supervisor.SupervisorBench.policy;
import static dev.highlander.supervisor.SupervisorBench.shutsDown;
import static dev.highlander.supervisor.SupervisorBench.significant;
import static dev.highlander.supervisor.SupervisorBench.withGrace;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Member.Traits;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Three children a, b and c with a grace of 5 s, and 3 restarts in 5 s, unless said. */
class SupervisorMachineTest {
    private static final double FOR_EVER = Double.POSITIVE_INFINITY;

    private static SupervisorBench three(Strategy strategy) {
        return new SupervisorBench(policy(strategy), child("a"), child("b"), child("c"));
    }

    @Nested
    class Starting {
        @Test
        void C1_childrenStartInOrderOneAfterTheOther() {
            SupervisorBench bench = three(ONE_FOR_ONE);
            assertThat(bench.begin()).isEqualTo("start a");
            assertThat(bench.started("a")).isEqualTo("start b");
            assertThat(bench.started("b")).isEqualTo("start c");
            assertThat(bench.started("c")).isEqualTo("up");
            assertThat(bench.children()).isEqualTo("a b c");
        }

        @Test
        void withoutChildrenItIsUpAtOnce() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ALL));
            assertThat(bench.begin()).isEqualTo("up");
            assertThat(bench.stop()).isEqualTo("over STOPPED");
        }

        @Test
        void aStartThatFailsStopsTheStartedOnesInReverse() {
            SupervisorBench bench = three(ONE_FOR_ONE);
            bench.begin();
            bench.started("a");
            bench.started("b");
            assertThat(bench.failsToStart("c")).isEqualTo("stop b by 5.0");
            assertThat(bench.stopped("b")).isEqualTo("stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("over NOT_STARTED");
        }

        @Test
        void aStopMeanwhileCallsTheStartOff() {
            SupervisorBench bench = three(ONE_FOR_ONE);
            bench.begin();
            bench.started("a");
            assertThat(bench.stop()).isEqualTo("stop b by 5.0");
            assertThat(bench.started("b")).as("too late").isEmpty();
            assertThat(bench.stopped("b")).isEqualTo("stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("over STOPPED");
        }

        @Test
        void aChildThatEndsBeforeTheOthersAreUpIsRestartedFirst() {
            SupervisorBench bench = three(ONE_FOR_ONE);
            bench.begin();
            bench.started("a");
            bench.fails("a");
            assertThat(bench.started("b")).isEqualTo("start a");
            assertThat(bench.started("a")).isEqualTo("start c");
            assertThat(bench.started("c")).isEqualTo("up");
        }

        @Test
        void aTemporaryChildThatIsStillToComeIsNotLostByARestartOfAll() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ALL), child("a"), child("b", NEVER));
            bench.begin();
            bench.started("a");
            assertThat(bench.fails("a")).isEqualTo("a FAILED, stop b by 5.0");
            assertThat(bench.stopped("b")).isEqualTo("start a");
            assertThat(bench.started("a")).isEqualTo("start b");
            assertThat(bench.started("b")).isEqualTo("up");
        }
    }

    @Nested
    class Stopping {
        @Test
        void C1_childrenAreStoppedInReverseOneAfterTheOther() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            assertThat(bench.stop()).isEqualTo("stop c by 5.0");
            assertThat(bench.stopped("c")).isEqualTo("stop b by 5.0");
            assertThat(bench.stopped("b")).isEqualTo("stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("over STOPPED");
        }

        @Test
        void C7_aSecondStopChangesNothing() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.stop();
            assertThat(bench.stop()).isEmpty();
        }

        @Test
        void aChildThatEndsBeforeItsTurnIsNoFailure() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.stop();
            assertThat(bench.fails("a")).isEqualTo("a stopped with an error");
            assertThat(bench.stopped("c")).isEqualTo("stop b by 5.0");
            assertThat(bench.stopped("b")).isEqualTo("over STOPPED");
        }

        @Test
        void B3_aChildIsKilledAfterItsGraceAndAtOnceWithoutOne() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE), withGrace("a", 0), withGrace("b", 2)).up();
            assertThat(bench.stop()).isEqualTo("stop b by 2.0");
            assertThat(bench.wakeAt()).isEqualTo(2);
            assertThat(bench.at(1.9).tick()).isEmpty();
            assertThat(bench.at(2).tick()).isEqualTo("kill b");
            assertThat(bench.stopped("b")).isEqualTo("kill a");
            assertThat(bench.stopped("a")).isEqualTo("over STOPPED");
        }

        @Test
        void B3_aChildWithGraceForEverIsNeverKilled() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE), withGrace("a", FOR_EVER)).up();
            assertThat(bench.stop()).isEqualTo("stop a");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void aChildThatIgnoresItsKillHoldsUpNobodyElse() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.stop();
            assertThat(bench.at(5).tick()).isEqualTo("kill c");
            assertThat(bench.at(6).tick()).isEqualTo("stuck c, stop b by 11.0");
            assertThat(bench.stopped("b")).isEqualTo("stop a by 11.0");
            assertThat(bench.stopped("a")).isEqualTo("only stuck left [c]");
            assertThat(bench.children()).isEqualTo("-a -b c");
            assertThat(bench.stopped("c")).isEqualTo("over STOPPED");
        }

        @Test
        void aTreeThatHasFoundItselfStuckIsNotWaitedForForEver() {
            SupervisorBench bench =
                    new SupervisorBench(policy(ONE_FOR_ONE), child("a"), withGrace("tree", FOR_EVER)).up();
            assertThat(bench.stop()).isEqualTo("stop tree");
            assertThat(bench.foundStuck("tree")).isEqualTo("stuck tree, stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("only stuck left [tree]");
        }

        @Test
        void aTreeThatHadFoundItselfStuckBeforeItsStopIsNotWaitedForEither() {
            SupervisorBench bench =
                    new SupervisorBench(policy(ONE_FOR_ONE), child("a"), withGrace("tree", FOR_EVER)).up();
            assertThat(bench.foundStuck("tree")).as("it gives up").isEmpty();
            assertThat(bench.stop()).isEqualTo("stop tree, stuck tree, stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("only stuck left [tree]");
        }

        @Test
        void onLossTheTimeIsSharedByTheChildrenAndWhatOneLeavesGoesToTheRest() {
            SupervisorBench bench = new SupervisorBench(
                            policy(ONE_FOR_ONE), withGrace("a", FOR_EVER), child("b"), withGrace("c", FOR_EVER))
                    .up();
            assertThat(bench.stopBy(3)).as("a third, less its last fifth").isEqualTo("stop c by 0.8");
            assertThat(bench.at(0.8).tick()).isEqualTo("kill c");
            assertThat(bench.at(1).tick()).isEqualTo("stuck c, stop b by 1.8");
            assertThat(bench.at(1.1).stopped("b")).isEqualTo("stop a by 2.62");
        }

        @Test
        void aStopThatIsUnderWayIsHurriedByALoss() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.stop();
            assertThat(bench.at(1).stopBy(4)).isEqualTo("stop c by 1.8");
            assertThat(bench.stopBy(100)).as("there is no way back").isEmpty();
        }

        @Test
        void aLossWhileAKillIsWaitedForTakesTheTimeItNeedsForTheOthers() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.stop();
            bench.at(5).tick();
            assertThat(bench.stopBy(5.3)).isEmpty();
            assertThat(bench.wakeAt()).isEqualTo(5.1);
            assertThat(bench.at(5.1).tick()).isEqualTo("stuck c, stop b by 5.18");
        }

        @Test
        void aKillFromAboveKillsAllAtOnce() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.stop();
            assertThat(bench.kill()).isEqualTo("kill c, kill b, kill a");
            assertThat(bench.kill()).isEmpty();
            bench.stopped("b");
            assertThat(bench.at(1).tick()).isEqualTo("stuck a, stuck c, only stuck left [a, c]");
            bench.stopped("a");
            assertThat(bench.stopped("c")).isEqualTo("over STOPPED");
        }

        @Test
        void aStopIsNotHeldUpByARestartThatGoesOn() {
            SupervisorBench bench = three(ONE_FOR_ALL).up();
            assertThat(bench.fails("b")).isEqualTo("b FAILED, stop c by 5.0");
            assertThat(bench.stop()).isEmpty();
            assertThat(bench.stopped("c")).isEqualTo("stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("over STOPPED");
        }
    }

    @Nested
    class Restarting {
        @Test
        void C1_oneForOneRestartsTheOneThatEnded() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            assertThat(bench.fails("b")).isEqualTo("b FAILED, start b");
            assertThat(bench.started("b")).isEmpty();
        }

        @Test
        void C1_oneForAllStopsTheOthersInReverseAndStartsAllInOrder() {
            SupervisorBench bench = three(ONE_FOR_ALL).up();
            assertThat(bench.fails("b")).isEqualTo("b FAILED, stop c by 5.0");
            assertThat(bench.stopped("c")).isEqualTo("stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("start a");
            assertThat(bench.started("a")).isEqualTo("start b");
            assertThat(bench.started("b")).isEqualTo("start c");
            assertThat(bench.started("c")).isEmpty();
        }

        @Test
        void C1_restForOneStopsTheLaterOnesAndStartsFromTheOneThatEnded() {
            SupervisorBench bench = three(REST_FOR_ONE).up();
            assertThat(bench.fails("b")).isEqualTo("b FAILED, stop c by 5.0");
            assertThat(bench.stopped("c")).isEqualTo("start b");
            assertThat(bench.started("b")).isEqualTo("start c");
            assertThat(bench.started("c")).isEmpty();
        }

        @Test
        void childrenThatAreRestartedTogetherCountOnce() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ALL, 1), child("a"), child("b")).up();
            bench.fails("a");
            assertThat(bench.fails("b"))
                    .as("it was to be stopped anyway")
                    .isEqualTo("b stopped with an error, start a");
        }

        @Test
        void aStartThatFailsInARestartIsTriedAgainAndCounts() {
            SupervisorBench bench = three(REST_FOR_ONE).up();
            bench.fails("a");
            bench.stopped("c");
            bench.stopped("b");
            assertThat(bench.started("a")).isEqualTo("start b");
            assertThat(bench.failsToStart("b")).isEqualTo("b NOT_STARTED, start b");
            assertThat(bench.failsToStart("b")).isEqualTo("b NOT_STARTED, start b");
            assertThat(bench.failsToStart("b")).isEqualTo("b NOT_STARTED, stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("over FAILED");
        }

        @Test
        void aStopComesBetweenOneAttemptAndTheNext() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.fails("b");
            bench.failsToStart("b");
            assertThat(bench.stop()).isEqualTo("stop c by 5.0");
        }

        @Test
        void C2_oneRestartTooManyInTheWindowIsAFailureOfTheWhole() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE), child("a"), child("b")).up();
            for (double second : new double[] {0, 2, 5}) {
                assertThat(bench.at(second).fails("b")).isEqualTo("b FAILED, start b");
                bench.started("b");
            }
            assertThat(bench.at(5).fails("b")).isEqualTo("b FAILED, stop a by 10.0");
            assertThat(bench.stopped("a")).isEqualTo("over FAILED");
        }

        @Test
        void C2_whatIsOlderThanTheWindowIsForgotten() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE), child("a")).up();
            for (int second = 0; second < 100; second += 2) {
                assertThat(bench.at(second).fails("a")).isEqualTo("a FAILED, start a");
                bench.started("a");
            }
        }

        @Test
        void C2_withNoRestartsAllowedTheFirstEndIsOneTooMany() {
            SupervisorBench bench =
                    new SupervisorBench(policy(ONE_FOR_ONE, 0), child("a"), child("b", ON_FAILURE)).up();
            assertThat(bench.completes("b")).as("it needs no restart").isEmpty();
            assertThat(bench.completes("a")).isEqualTo("over FAILED");
        }

        @Test
        void aStuckChildIsNotStartedAgainBeforeItHasEnded() {
            SupervisorBench bench = three(ONE_FOR_ALL).up();
            bench.fails("a");
            bench.at(5).tick();
            assertThat(bench.at(6).tick()).isEqualTo("stuck c, stop b by 11.0");
            assertThat(bench.stopped("b")).as("none beats two").isEmpty();
            assertThat(bench.stopped("c")).isEqualTo("start a");
        }

        @Test
        void temporaryChildrenAreStoppedWithTheOthersAndForgotten() {
            SupervisorBench bench =
                    new SupervisorBench(policy(ONE_FOR_ALL), child("a"), child("b", NEVER), child("c")).up();
            bench.fails("a");
            bench.stopped("c");
            assertThat(bench.stopped("b")).isEqualTo("forget b, start a");
            assertThat(bench.started("a")).isEqualTo("start c");
        }

        @Test
        void aChildThatHadCompletedIsStartedAgainWithAllOthers() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ALL), child("a"), child("b", ON_FAILURE)).up();
            assertThat(bench.completes("b")).isEmpty();
            assertThat(bench.children()).isEqualTo("a -b");
            bench.fails("a");
            assertThat(bench.started("a")).isEqualTo("start b");
        }
    }

    @Nested
    class Calls {
        @Test
        void C4_addedChildrenComeLast() {
            SupervisorBench bench = three(REST_FOR_ONE).up();
            assertThat(bench.add(child("d"))).isEqualTo("start d");
            assertThat(bench.children()).as("not before it is up").isEqualTo("a b c");
            assertThat(bench.started("d")).isEqualTo("done");
            assertThat(bench.children()).isEqualTo("a b c d");
            assertThat(bench.stop()).isEqualTo("stop d by 5.0");
        }

        @Test
        void C4_anAddedChildThatCannotBeStartedIsNone() {
            SupervisorBench bench = three(ONE_FOR_ALL).up();
            bench.add(child("d"));
            assertThat(bench.failsToStart("d"))
                    .isEqualTo("StartFailedException: Child d of supervisor app could not be started., forget d");
            assertThat(bench.children()).isEqualTo("a b c");
        }

        @Test
        void C5_aDuplicateIsRefused() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            assertThat(bench.add(child("a")))
                    .isEqualTo("IllegalArgumentException: Supervisor app has a child a already., forget a");
            bench = three(ONE_FOR_ONE).up();
            bench.terminate("b");
            bench.stopped("b");
            assertThat(bench.add(child("b")))
                    .startsWith("IllegalArgumentException: Supervisor app has a child b already, which does not run");
        }

        @Test
        void C4_aTerminatedChildStaysListedAndCanBeRestartedOrDeleted() {
            SupervisorBench bench = three(ONE_FOR_ALL).up();
            assertThat(bench.terminate("b")).isEqualTo("stop b by 5.0");
            assertThat(bench.stopped("b")).as("the others go on").isEqualTo("done");
            assertThat(bench.children()).isEqualTo("a -b c");
            assertThat(bench.terminate("b")).isEqualTo("done");
            assertThat(bench.restart("b")).isEqualTo("start b");
            assertThat(bench.started("b")).isEqualTo("done");
            bench.terminate("b");
            bench.stopped("b");
            assertThat(bench.delete("b")).isEqualTo("forget b, done");
            assertThat(bench.children()).isEqualTo("a c");
        }

        @Test
        void C4_aTemporaryChildIsForgottenWhenItIsTerminated() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE), child("a", NEVER)).up();
            bench.terminate("a");
            assertThat(bench.stopped("a")).isEqualTo("done, forget a");
        }

        @Test
        void C4_whatRunsCanBeNeitherRestartedNorDeleted() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            assertThat(bench.restart("a"))
                    .isEqualTo("IllegalStateException: Child a of supervisor app runs, so it can't be restarted."
                            + " Terminate it first.");
            assertThat(bench.delete("a")).contains("runs, so it can't be deleted");
        }

        @Test
        void C4_whatIsUnknownIsRefusedWithTheIdsThereAre() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            String refusal = "IllegalArgumentException: Supervisor app has no child x. It has [a, b, c].";
            assertThat(bench.terminate("x")).isEqualTo(refusal);
            assertThat(bench.restart("x")).isEqualTo(refusal);
            assertThat(bench.delete("x")).isEqualTo(refusal);
        }

        @Test
        void aRestartThatFailsByACallDoesNotCount() {
            SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE, 0), child("a"), child("b")).up();
            bench.terminate("b");
            bench.stopped("b");
            bench.restart("b");
            assertThat(bench.failsToStart("b")).startsWith("StartFailedException");
            assertThat(bench.children()).isEqualTo("a -b");
        }

        @Test
        void aStartThatHangsCanBeTerminated() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.add(child("d"));
            assertThat(bench.terminate("d"))
                    .isEqualTo("StartFailedException: The start of child d was called off: it was terminated.,"
                            + " stop d by 5.0");
            assertThat(bench.failsToStart("d")).isEqualTo("d stopped with an error, done, forget d");
        }

        @Test
        void aChildBetweenTwoAttemptsCanBeTerminated() {
            SupervisorBench bench = three(ONE_FOR_ALL).up();
            bench.fails("b");
            assertThat(bench.terminate("b")).isEqualTo("done");
            bench.stopped("c");
            assertThat(bench.stopped("a")).isEqualTo("start a");
            assertThat(bench.started("a")).isEqualTo("start c");
            assertThat(bench.children()).isEqualTo("a -b c");
        }

        @Test
        void whoTerminatesAStuckChildIsTold() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.terminate("b");
            bench.at(5).tick();
            String told = "ChildStuckException: Of supervisor app, b has ignored the kill and may still run. Make"
                    + " children end when they are interrupted.";
            assertThat(bench.at(6).tick()).isEqualTo("stuck b, " + told);
            assertThat(bench.terminate("b")).isEqualTo(told);
            assertThat(bench.restart("b")).contains("is stuck, so it can't be restarted");
            assertThat(bench.fails("c")).as("the others are looked after").isEqualTo("c FAILED, start c");
        }

        @Test
        void onceItEndsEveryCallIsRefusedAndEveryCallerAnswered() {
            SupervisorBench bench = three(ONE_FOR_ONE).up();
            bench.add(child("d"));
            String ending = "IllegalStateException: Supervisor app is ending or has ended. Start another one.";
            assertThat(bench.stop()).isEqualTo(ending + ", stop d by 5.0");
            assertThat(bench.add(child("e"))).isEqualTo(ending + ", forget e");
            assertThat(bench.kill()).isEqualTo("kill d, kill c, kill b, kill a");
            bench.stopped("a");
            bench.stopped("b");
            bench.stopped("c");
            assertThat(bench.restart("a")).isEqualTo(ending);
            bench.stopped("d");
            assertThat(bench.terminate("a")).isEqualTo(ending);
            assertThat(bench.delete("a")).isEqualTo(ending);
        }
    }

    @Nested
    class AutomaticShutdowns {
        private final Traits temporary = significant("a", NEVER);
        private final Traits onFailure = significant("b", ON_FAILURE);

        @Test
        void C4_anySignificantChildsEndIsTheEndOfAll() {
            SupervisorBench bench =
                    new SupervisorBench(shutsDown(AutomaticShutdown.ANY), temporary, onFailure, child("c", NEVER)).up();
            assertThat(bench.fails("c")).isEqualTo("c FAILED, forget c");
            assertThat(bench.fails("b")).as("it is restarted").isEqualTo("b FAILED, start b");
            bench.started("b");
            assertThat(bench.completes("b")).isEqualTo("stop a by 5.0");
            assertThat(bench.stopped("a")).isEqualTo("forget a, over COMPLETED");
        }

        @Test
        void C4_allSignificantChildrensEndIsTheEndOfAll() {
            SupervisorBench bench =
                    new SupervisorBench(shutsDown(AutomaticShutdown.ALL), temporary, onFailure, child("c")).up();
            assertThat(bench.fails("a")).isEqualTo("a FAILED, forget a");
            assertThat(bench.completes("b")).isEqualTo("stop c by 5.0");
            assertThat(bench.stopped("c")).isEqualTo("over COMPLETED");
        }

        @Test
        void C4_aChildThatACallTerminatesShutsNothingDown() {
            SupervisorBench bench = new SupervisorBench(shutsDown(AutomaticShutdown.ANY), onFailure, child("c")).up();
            bench.terminate("b");
            assertThat(bench.stopped("b")).isEqualTo("done");
        }
    }

    @Test
    void aChildThatIsAlwaysRestartedIsHoweverItEnds() {
        for (Exit exit : new Exit[] {Exit.completed(), Exit.stopped(), Exit.failed(new Exception())}) {
            assertThat(new SupervisorBench(policy(ONE_FOR_ONE), child("a", ALWAYS))
                            .up()
                            .ended("a", exit))
                    .endsWith("start a");
        }
    }
}
