package dev.highlander;

import static dev.highlander.MachineBench.CLOSE;
import static dev.highlander.MachineBench.CONFLICT;
import static dev.highlander.MachineBench.ENDED;
import static dev.highlander.MachineBench.GRANTED;
import static dev.highlander.MachineBench.LOST;
import static dev.highlander.MachineBench.NEVER;
import static dev.highlander.MachineBench.SECOND;
import static dev.highlander.MachineBench.STARTABLE;
import static dev.highlander.MachineBench.STARTED;
import static dev.highlander.MachineBench.TICK;
import static dev.highlander.MachineBench.close;
import static dev.highlander.MachineBench.plain;
import static dev.highlander.MachineBench.policy;
import static dev.highlander.MachineBench.restarting;
import static dev.highlander.MachineBench.seconds;
import static dev.highlander.MachineBench.stepDown;
import static dev.highlander.MachineBench.withGrace;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.SingletonMachine.Command;
import dev.highlander.SingletonMachine.Event;
import dev.highlander.SingletonMachine.Next;
import dev.highlander.SingletonMachine.Policy;
import dev.highlander.SingletonMachine.Restarts;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Lease 10 s, stop budget 3 s, margin 1 s: a check sent at 0 s has its stop begin at 6 s. Grace is 5 s unless said. */
class SingletonMachineTest {
    private static final double FOR_EVER = Double.POSITIVE_INFINITY;
    private static final Event FAILED = new Event.Ended(Exit.failed(new IllegalStateException()));
    private static final Event NOT_STARTED = new Event.Ended(Exit.notStarted(new IllegalStateException()));

    @Nested
    class Claiming {
        @Test
        void aNewMachineClaimsAtOnce() {
            MachineBench bench = plain().at(3);
            assertThat(bench.machine.wakeAt(NEVER)).isLessThanOrEqualTo(bench.now);
            assertThat(bench.tick()).isEqualTo("claim");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void oneClaimIsEnough() {
            MachineBench bench = plain().claimed();
            assertThat(bench.at(100).tick()).isEmpty();
        }

        @Test
        void closedBeforeItsFirstTickItNeverClaims() {
            MachineBench bench = plain();
            assertThat(bench.on(CLOSE)).isEqualTo("CLOSED CLOSED, over STOPPED");
            assertThat(bench.tick()).isEmpty();
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void steppedDownBeforeItsFirstTickItClaimsLater() {
            MachineBench bench = plain();
            assertThat(bench.on(stepDown(20))).isEmpty();
            assertThat(bench.wakeAt()).isEqualTo(20);
            assertThat(bench.at(19.9).tick()).isEmpty();
            assertThat(bench.at(20).tick()).isEqualTo("claim");
        }

        @Test
        void aGrantThatRacesWithAWithdrawalIsReleasedUnused() {
            MachineBench bench = plain().claimed();
            bench.on(stepDown(20));
            assertThat(bench.at(1).deadBy(11).on(GRANTED)).isEqualTo("release");
            assertThat(bench.state()).isEqualTo(State.STANDBY);
            assertThat(bench.on(STARTABLE)).isEmpty();
            assertThat(bench.at(20).tick()).isEqualTo("claim");
        }

        @Test
        void aGrantThatRacesWithTheCloseIsReleasedUnused() {
            MachineBench bench = plain().closed();
            assertThat(bench.deadBy(10).on(GRANTED)).isEqualTo("release");
            assertThat(bench.on(STARTABLE)).isEmpty();
        }

        @Test
        void aSecondGrantDoesNotTakeTheHoldFromARunningChild() {
            MachineBench bench = plain().running();
            assertThat(bench.on(GRANTED)).isEmpty();
            assertThat(bench.at(6).tick()).as("the lease is watched on").isEqualTo("STOPPING EXPIRED, stop LOST 8.4s");
        }
    }

    @Nested
    class Settling {
        @Test
        void nothingStartsBeforeTheHoldIsStartable() {
            MachineBench bench = plain().settling();
            assertThat(bench.at(9.9).tick()).isEmpty();
            assertThat(bench.state()).isEqualTo(State.SETTLING);
        }

        @Test
        void aHoldThatCameToItsEndIsGivenUpAndClaimedOn() {
            MachineBench bench = plain().settling();
            assertThat(bench.wakeAt()).isEqualTo(10);
            assertThat(bench.at(10).tick()).isEqualTo("release, STANDBY EXPIRED");
            assertThat(bench.deadBy(21).on(GRANTED))
                    .as("the claim is still queued")
                    .isEqualTo("SETTLING GRANTED");
        }

        @Test
        void checksConfirmedMeanwhileKeepIt() {
            MachineBench bench = plain().settling();
            bench.at(9).deadBy(19);
            assertThat(bench.wakeAt()).isEqualTo(19);
            assertThat(bench.at(12.5).on(STARTABLE)).isEqualTo("STARTING SETTLED, start");
        }

        @Test
        void aStartIsRefusedWhenTheTimeForItsStopHasCome() {
            MachineBench last = plain().settling();
            last.now = seconds(6) - 1;
            assertThat(last.on(STARTABLE)).isEqualTo("STARTING SETTLED, start");

            MachineBench late = plain().settling();
            assertThat(late.at(6).on(STARTABLE)).isEqualTo("release, STANDBY EXPIRED");
            assertThat(late.deadBy(16).on(GRANTED)).isEqualTo("SETTLING GRANTED");
        }

        @Test
        void aHoldWithoutALeaseStartsAtAnyTime() {
            MachineBench bench = plain().settling();
            bench.deadBy = NEVER;
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
            bench.now = NEVER - 1;
            assertThat(bench.on(STARTABLE)).isEqualTo("STARTING SETTLED, start");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void everyLossIsNamedAndNoFailure() {
            for (Loss loss : Loss.values()) {
                MachineBench bench = plain().settling();
                assertThat(bench.on(new Event.Lost(loss))).isEqualTo("release, STANDBY " + loss);
                assertThat(bench.on(GRANTED)).isEqualTo("SETTLING GRANTED");
            }
        }

        @Test
        void steppingDownWithNoTimeToStandAsideJoinsTheQueueAgain() {
            MachineBench bench = plain().settling();
            assertThat(bench.at(1).on(stepDown(1))).isEqualTo("release, STANDBY STEPPED_DOWN");
            assertThat(bench.on(GRANTED)).isEqualTo("SETTLING GRANTED");
        }
    }

    @Nested
    class TheLease {
        @Test
        void aStopBeginsAStopBudgetAndAMarginBeforeItsEnd() {
            for (State state : List.of(State.STARTING, State.RUNNING)) {
                MachineBench bench = plain().in(state);
                assertThat(bench.wakeAt()).isEqualTo(6);
                bench.now = seconds(6) - 1;
                assertThat(bench.tick()).isEmpty();
                assertThat(bench.at(6).tick()).isEqualTo("STOPPING EXPIRED, stop LOST 8.4s");
            }
        }

        @Test
        void itMovesOnWithEachConfirmedCheck() {
            MachineBench bench = plain().running();
            bench.at(2).deadBy(12);
            assertThat(bench.wakeAt()).isEqualTo(8);
            assertThat(bench.at(6).tick()).isEmpty();
            assertThat(bench.at(8).tick()).isEqualTo("STOPPING EXPIRED, stop LOST 10.4s");
        }

        @Test
        void afterASuspendTheStopBeginsWithWhatIsLeft() {
            MachineBench bench = plain().running();
            assertThat(bench.at(2).deadBy(5.5).tick())
                    .as("4.5 s are left less a margin, the last 0.6 s for the kill")
                    .isEqualTo("STOPPING EXPIRED, stop LOST 3.9s");
        }

        @Test
        void afterALongSuspendTheKillAndTheHaltComeAtOnce() {
            MachineBench bench = plain().running();
            assertThat(bench.at(2).deadBy(-3600).tick())
                    .isEqualTo("STOPPING EXPIRED, stop LOST -3601.6s, kill LOST, STUCK IGNORED_KILL,"
                            + " stuck lost halting, halt");
            assertThat(bench.on(ENDED)).as("if only the halt takes a while").startsWith("release, STANDBY STOPPED");
        }

        @Test
        void aStopThatHasBegunIsNotTakenBackByALaterCheck() {
            MachineBench bench = plain().running();
            bench.at(6).tick();
            bench.deadBy(16);
            assertThat(bench.wakeAt()).isEqualTo(8.4);
            assertThat(bench.tick()).isEmpty();
            assertThat(bench.at(8.4).tick()).isEqualTo("kill LOST");
        }

        @Test
        void aLateTickKillsAtOnce() {
            MachineBench bench = plain().running();
            assertThat(bench.at(8.6).tick()).isEqualTo("STOPPING EXPIRED, stop LOST 8.4s, kill LOST");
            assertThat(bench.wakeAt()).as("still the margin is kept").isEqualTo(9);
        }

        @Test
        void oneThatNeverEndsIsNeverWaitedFor() {
            MachineBench bench = plain().running();
            bench.deadBy = NEVER;
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
            bench.now = NEVER - 1;
            assertThat(bench.tick()).isEmpty();
        }
    }

    @Nested
    class Losing {
        @Test
        void aChildHasItsGraceOrTheBudgetTheLastFifthIsForItsKill() {
            assertThat(withGrace(5 * SECOND).running().on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 2.4s");
            assertThat(withGrace(2 * SECOND).running().on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 2.0s");
            assertThat(withGrace(NEVER).running().on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 2.4s");
            assertThat(withGrace(0).running().on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 0.0s, kill LOST");
        }

        @Test
        void aLateNewsOfALossLeavesWhatIsLeftOfTheLease() {
            MachineBench bench = withGrace(NEVER).running();
            assertThat(bench.at(5.9).on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 8.3s");
            assertThat(withGrace(NEVER).running().at(5.9).deadBy(9.95).on(LOST))
                    .isEqualTo("STOPPING DISCONNECTED, stop LOST 8.3s");
        }

        @Test
        void aConflictIsToldApart() {
            assertThat(plain().running().on(CONFLICT)).isEqualTo("STOPPING CONFLICT, stop CONFLICT 2.4s");
        }

        @Test
        void everyLossIsNamed() {
            for (Loss loss : Loss.values()) {
                assertThat(plain().running().on(new Event.Lost(loss))).startsWith("STOPPING " + loss + ", stop ");
            }
        }

        @Test
        void onceStoppedItIsReleasedAndTheClaimStaysQueued() {
            MachineBench bench = plain().running();
            bench.on(LOST);
            assertThat(bench.at(1).on(ENDED)).isEqualTo("release, STANDBY STOPPED");
            assertThat(bench.deadBy(11).on(GRANTED)).isEqualTo("SETTLING GRANTED");
        }

        @Test
        void itIsHeardOnce() {
            MachineBench bench = plain().running();
            bench.on(LOST);
            assertThat(bench.at(1).on(CONFLICT)).isEmpty();
        }

        @Test
        void aChildThatIgnoresItsKillIsStuckAfterAFifthOfTheBudget() {
            MachineBench bench = plain().running();
            bench.on(LOST);
            assertThat(bench.wakeAt()).isEqualTo(2.4);
            assertThat(bench.at(2.4).tick()).isEqualTo("kill LOST");
            assertThat(bench.wakeAt()).isEqualTo(3);
            assertThat(bench.at(2.9).tick()).isEmpty();
            assertThat(bench.at(3).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost halting");
        }

        @Test
        void theHaltBeginsAMarginBeforeTheEndOfTheLease() {
            MachineBench bench = lostAndStuck(plain());
            assertThat(bench.wakeAt()).isEqualTo(9);
            bench.now = seconds(9) - 1;
            assertThat(bench.tick()).isEmpty();
            assertThat(bench.at(9).tick()).isEqualTo("halt");
            assertThat(bench.at(9.5).tick()).as("only once").isEmpty();
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void aStuckChildThatEndsAfterAllSparesTheJvm() {
            MachineBench bench = lostAndStuck(plain());
            assertThat(bench.at(8.9).on(ENDED)).isEqualTo("release, STANDBY STOPPED");
            assertThat(bench.at(9).tick()).isEmpty();
        }

        @Test
        void theNextTermIsHaltedForItsOwnStuckChild() {
            MachineBench bench = lostAndStuck(plain());
            assertThat(bench.at(9).tick()).isEqualTo("halt");
            bench.at(9.1).on(ENDED);
            bench.deadBy(20).on(GRANTED);
            bench.at(10).on(STARTABLE);
            assertThat(bench.on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 12.4s");
            bench.at(12.4).tick();
            assertThat(bench.at(13).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost halting");
            assertThat(bench.at(19).tick()).isEqualTo("halt");
        }

        @Test
        void withoutHaltItIsOnlySaid() {
            MachineBench bench = new MachineBench(policy(5 * SECOND, false, Restarting.NEVER)).running();
            bench.on(LOST);
            bench.at(2.4).tick();
            assertThat(bench.at(3).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
            assertThat(bench.at(100).tick()).isEmpty();
        }

        @Test
        void withoutALeaseTheHaltDoesNotWait() {
            MachineBench bench = plain().running();
            bench.deadBy = NEVER;
            assertThat(bench.on(LOST)).isEqualTo("STOPPING DISCONNECTED, stop LOST 2.4s");
            bench.at(2.4).tick();
            assertThat(bench.at(3).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost halting, halt");
        }

        @Test
        void aSuspendDuringTheStopTightensIt() {
            MachineBench bench = plain().running();
            bench.on(LOST);
            assertThat(bench.at(1).deadBy(3.5).tick()).isEqualTo("stop LOST 1.9s");
            assertThat(bench.at(1.9).tick()).isEqualTo("kill LOST");
            assertThat(bench.at(2.5).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost halting, halt");
        }

        @Test
        void aSuspendAfterTheKillHastensTheHalt() {
            MachineBench bench = lostAndStuck(plain());
            bench.deadBy(4.2);
            assertThat(bench.at(3.1).tick()).isEmpty();
            assertThat(bench.wakeAt()).isEqualTo(3.2);
            assertThat(bench.at(3.2).tick()).isEqualTo("halt");
        }

        @Test
        void aChildStillStartingIsStoppedAgainOnceItHasStarted() {
            MachineBench bench = plain().starting();
            bench.on(LOST);
            assertThat(bench.at(1).on(STARTED)).isEqualTo("stop LOST 2.4s");
            assertThat(bench.at(2.4).tick()).isEqualTo("kill LOST");
            assertThat(bench.at(2.5).on(STARTED)).isEqualTo("kill LOST");
            assertThat(bench.at(2.6).on(new Event.Ended(Exit.notStarted(new InterruptedException()))))
                    .isEqualTo("release, STANDBY STOPPED");
        }

        private MachineBench lostAndStuck(MachineBench bench) {
            bench.running().on(LOST);
            bench.at(2.4).tick();
            bench.at(3).tick();
            assertThat(bench.state()).isEqualTo(State.STUCK);
            return bench;
        }
    }

    @Nested
    class OrderedStops {
        @Test
        void aChildHasItsOwnGrace() {
            assertThat(withGrace(7 * SECOND).running().at(1).on(CLOSE))
                    .isEqualTo("STOPPING CLOSED, stop SHUTDOWN 8.0s");
            assertThat(withGrace(NEVER).running().at(1).on(CLOSE)).isEqualTo("STOPPING CLOSED, stop SHUTDOWN never");
            assertThat(withGrace(0).running().at(1).on(CLOSE))
                    .isEqualTo("STOPPING CLOSED, stop SHUTDOWN 1.0s, kill SHUTDOWN");
        }

        @Test
        void graceNearTheEndOfTimeMeansNever() {
            assertThat(withGrace(NEVER - 1).running().at(1).on(CLOSE))
                    .isEqualTo("STOPPING CLOSED, stop SHUTDOWN never");
        }

        @Test
        void aSupervisorAboveMayGiveLessThanTheGrace() {
            assertThat(plain().running().on(close(2 * SECOND))).isEqualTo("STOPPING CLOSED, stop SHUTDOWN 2.0s");
        }

        @Test
        void aSecondCloseMayHurryButNotSlowDown() {
            MachineBench bench = plain().stopping();
            assertThat(bench.at(1).on(close(3 * SECOND))).isEqualTo("stop SHUTDOWN 3.0s");
            assertThat(bench.on(close(4 * SECOND))).isEmpty();
            assertThat(bench.at(3).tick()).isEqualTo("kill SHUTDOWN");
        }

        @Test
        void aKillFromAboveKillsAtOnceAndWaitsForItToTakeEffect() {
            MachineBench bench = plain().at(100).running();
            assertThat(bench.at(101).on(close(0))).isEqualTo("STOPPING CLOSED, stop SHUTDOWN 0.0s, kill SHUTDOWN");
            assertThat(bench.wakeAt()).isEqualTo(102);
            assertThat(bench.at(101.5).on(ENDED)).isEqualTo("withdraw, release, CLOSED STOPPED, over COMPLETED");
        }

        @Test
        void aKillFromAboveOfOneThatStopsKillsAtOnce() {
            MachineBench bench = withGrace(NEVER).at(100).stopping();
            assertThat(bench.at(101).on(close(0))).isEqualTo("stop SHUTDOWN 0.0s, kill SHUTDOWN");
            assertThat(bench.on(close(0))).as("killed already").isEmpty();
        }

        @Test
        void theHoldIsKeptUntilTheChildIsSeenDead() {
            MachineBench bench = withGrace(NEVER).stopping();
            for (int i = 1; i < 100; i++) {
                assertThat(bench.at(i).deadBy(i + 10).tick()).isEmpty();
            }
            assertThat(bench.on(ENDED)).isEqualTo("withdraw, release, CLOSED STOPPED, over COMPLETED");
        }

        @Test
        void aChildThatIgnoresItsKillIsStuckASecondLaterAndItsKeyIsKept() {
            MachineBench bench = plain().stopping();
            assertThat(bench.wakeAt()).isEqualTo(5);
            assertThat(bench.at(5).deadBy(15).tick()).isEqualTo("kill SHUTDOWN");
            assertThat(bench.wakeAt()).isEqualTo(6);
            assertThat(bench.at(6).tick()).isEqualTo("STUCK IGNORED_KILL, stuck");
            assertThat(bench.wakeAt()).as("the lease is still watched").isEqualTo(11);
            assertThat(bench.at(10).deadBy(20).on(TICK)).isEmpty();
        }

        @Test
        void aKillThatCameLateIsGivenItsWaitInFull() {
            MachineBench bench = plain().stopping();
            assertThat(bench.at(7).deadBy(17).tick()).isEqualTo("kill SHUTDOWN");
            assertThat(bench.wakeAt()).isEqualTo(8);
        }

        @Test
        void aLossTightensTheGraceToTheBudget() {
            MachineBench bench = withGrace(NEVER).stopping();
            assertThat(bench.at(1).on(LOST)).isEqualTo("stop SHUTDOWN 3.4s");
            assertThat(bench.at(3.4).tick()).isEqualTo("kill SHUTDOWN");
            assertThat(bench.at(4).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost halting");
            assertThat(bench.at(9).tick()).isEqualTo("halt");
        }

        @Test
        void aLossDoesNotLengthenAShorterGrace() {
            MachineBench bench = withGrace(SECOND).stopping();
            assertThat(bench.at(0.5).on(LOST)).isEmpty();
            assertThat(bench.at(1).tick()).isEqualTo("kill SHUTDOWN");
        }

        @Test
        void anExpiryTightensTheGraceToTheBudget() {
            MachineBench bench = withGrace(NEVER).stopping();
            assertThat(bench.wakeAt()).isEqualTo(6);
            assertThat(bench.at(6).tick()).isEqualTo("stop SHUTDOWN 8.4s");
            assertThat(bench.wakeAt()).isEqualTo(8.4);
        }

        @Test
        void aLossAfterTheKillDoesNotStopAgain() {
            MachineBench bench = withGrace(0).stopping();
            assertThat(bench.at(0.1).on(LOST)).isEmpty();
            assertThat(bench.wakeAt())
                    .as("a fifth of the budget after the kill")
                    .isEqualTo(0.6);
            assertThat(bench.at(0.6).tick()).isEqualTo("STUCK IGNORED_KILL, stuck lost halting");
        }

        @Test
        void aStuckChildWhoseLeaseEndsIsHaltedInTime() {
            MachineBench bench = plain().stuck();
            assertThat(bench.wakeAt()).isEqualTo(11);
            assertThat(bench.at(11).tick()).isEqualTo("stuck lost halting");
            assertThat(bench.wakeAt()).isEqualTo(14);
            assertThat(bench.at(14).tick()).isEqualTo("halt");
        }

        @Test
        void closingStaysClosingWhenTheKeyIsLost() {
            MachineBench bench = plain().stopping();
            bench.at(1).on(LOST);
            assertThat(bench.at(2).on(ENDED)).isEqualTo("withdraw, release, CLOSED STOPPED, over COMPLETED");
        }

        @Test
        void whatIsStoppedForALossMayStillBeClosed() {
            MachineBench bench = plain().running();
            bench.on(LOST);
            assertThat(bench.at(1).on(CLOSE)).as("the budget holds").isEmpty();
            assertThat(bench.at(2).on(ENDED)).isEqualTo("withdraw, release, CLOSED STOPPED, over COMPLETED");
        }

        @Test
        void aStuckChildThatEndsIsClosedIfThatWasAsked() {
            MachineBench bench = plain().running();
            bench.on(stepDown(60));
            bench.at(5).deadBy(15).tick();
            bench.at(6).tick();
            assertThat(bench.on(CLOSE)).isEmpty();
            assertThat(bench.on(ENDED)).isEqualTo("withdraw, release, CLOSED STOPPED, over COMPLETED");
        }

        @Test
        void theReasonGivenFromAboveReachesTheChild() {
            MachineBench bench = plain().running();
            assertThat(bench.on(new Event.Close(StopReason.YIELDED, NEVER)))
                    .isEqualTo("STOPPING CLOSED, stop YIELDED 5.0s");
        }
    }

    @Nested
    class SteppingDown {
        @Test
        void theKeyIsLeftAloneUntilTheTimeIsOver() {
            MachineBench bench = plain().running();
            assertThat(bench.on(stepDown(60))).isEqualTo("STOPPING STEPPED_DOWN, stop YIELDED 5.0s");
            assertThat(bench.at(1).on(ENDED)).isEqualTo("withdraw, release, STANDBY STOPPED");
            assertThat(bench.wakeAt()).isEqualTo(60);
            bench.now = seconds(60) - 1;
            assertThat(bench.tick()).isEmpty();
            assertThat(bench.at(60).tick()).isEqualTo("claim");
        }

        @Test
        void aStopThatOutlastsItJoinsTheQueueWithoutLeavingIt() {
            MachineBench bench = plain().running();
            bench.on(stepDown(1));
            assertThat(bench.at(2).on(ENDED)).isEqualTo("release, STANDBY STOPPED");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void aLossMeanwhileDoesNotShortenIt() {
            MachineBench bench = plain().running();
            bench.on(stepDown(60));
            bench.at(1).on(LOST);
            assertThat(bench.at(2).on(ENDED)).isEqualTo("withdraw, release, STANDBY STOPPED");
            assertThat(bench.wakeAt()).isEqualTo(60);
        }

        @Test
        void askedDuringAStopForALossItCountsToo() {
            MachineBench bench = plain().running();
            bench.on(LOST);
            assertThat(bench.at(1).on(stepDown(60))).isEmpty();
            assertThat(bench.at(2).on(ENDED)).isEqualTo("withdraw, release, STANDBY STOPPED");
            assertThat(bench.wakeAt()).isEqualTo(60);
        }

        @Test
        void theLongerOfTwoCounts() {
            for (State state : List.of(State.STANDBY, State.SETTLING, State.RUNNING)) {
                MachineBench bench = plain().in(state);
                bench.on(stepDown(60));
                bench.on(stepDown(0));
                bench.on(ENDED);
                assertThat(bench.wakeAt()).as(state.toString()).isEqualTo(60);
                bench.on(stepDown(90));
                assertThat(bench.wakeAt()).as(state.toString()).isEqualTo(90);
            }
        }

        @Test
        void itDoesNotShortenTheWaitBeforeARestart() {
            MachineBench bench = restarting(30).running();
            bench.on(ENDED);
            assertThat(bench.on(stepDown(1))).isEmpty();
            assertThat(bench.wakeAt()).isEqualTo(30);
            bench.on(stepDown(40));
            assertThat(bench.wakeAt()).isEqualTo(40);
        }

        @Test
        void forNoTimeOnStandbyItGoesToTheEndOfTheQueue() {
            MachineBench bench = plain().claimed();
            assertThat(bench.at(1).on(stepDown(1))).isEqualTo("withdraw, claim");
        }
    }

    @Nested
    class TheChildsOwnEnd {
        @Test
        void withoutRestartItIsOverAndTheReasonIsKept() {
            IllegalStateException cause = new IllegalStateException("broken");
            MachineBench bench = plain().running();
            assertThat(bench.raw(new Event.Ended(Exit.failed(cause))))
                    .containsExactly(
                            new Command.Withdraw(),
                            new Command.Release(),
                            new Command.Changed(State.RUNNING, State.CLOSED, Reason.FAILED, cause),
                            new Command.Over(Exit.failed(cause)));
        }

        @Test
        void aFailedStartIsNamed() {
            MachineBench bench = plain().starting();
            assertThat(bench.on(new Event.Ended(Exit.notStarted(new IllegalStateException()))))
                    .isEqualTo("withdraw, release, CLOSED START_FAILED, over NOT_STARTED");
        }

        @Test
        void withARestartTheKeyIsLeftToOthersMeanwhile() {
            MachineBench bench = restarting(2).running();
            assertThat(bench.at(1).on(ENDED)).isEqualTo("withdraw, release, STANDBY COMPLETED");
            assertThat(bench.wakeAt()).isEqualTo(3);
            assertThat(bench.at(2.9).tick()).isEmpty();
            assertThat(bench.at(3).tick()).isEqualTo("claim");
            assertThat(bench.deadBy(13).on(GRANTED)).isEqualTo("SETTLING GRANTED");
        }

        @Test
        void withoutAWaitTheClaimStaysQueued() {
            MachineBench bench = restarting(0).running();
            assertThat(bench.at(1).on(ENDED)).isEqualTo("release, STANDBY COMPLETED");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void aWaitBeyondTheEndOfTimeIsForEver() {
            MachineBench bench = new MachineBench(
                            policy(5 * SECOND, true, (exit, ranFor, now) -> new Next.Later(Long.MAX_VALUE)))
                    .running();
            assertThat(bench.at(1).on(ENDED)).isEqualTo("withdraw, release, STANDBY COMPLETED");
            assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
        }

        @Test
        void closedWhileItWaitsItIsOver() {
            MachineBench bench = restarting(2).running();
            bench.on(ENDED);
            assertThat(bench.on(CLOSE)).isEqualTo("CLOSED CLOSED, over STOPPED");
            assertThat(bench.at(5).tick()).isEmpty();
        }

        @Test
        void howLongItRanIsCountedFromItsStart() {
            List<Long> ran = new ArrayList<>();
            MachineBench bench = new MachineBench(policy(SECOND, true, (exit, ranFor, now) -> {
                ran.add(ranFor);
                return new Next.Later(0);
            }));
            bench.settling().at(1).on(STARTABLE);
            bench.at(3).on(STARTED);
            bench.at(5.5).on(ENDED);
            bench.deadBy(20).on(GRANTED);
            bench.at(6).on(STARTABLE);
            bench.at(9).on(new Event.Ended(Exit.notStarted(new IllegalStateException())));
            assertThat(ran).containsExactly(seconds(2.5), seconds(3));
        }

        @Test
        void neitherALossNorAnOrderedStopAsksForARestart() {
            MachineBench bench = new MachineBench(policy(SECOND, true, (exit, ranFor, now) -> {
                throw new AssertionError("no failure");
            }));
            bench.running().on(LOST);
            bench.on(new Event.Ended(Exit.failed(new IllegalStateException())));
            assertThat(bench.state()).isEqualTo(State.STANDBY);
        }
    }

    @Nested
    class RestartsInPlace {
        private final MachineBench bench = next(new Next.InPlace());

        private MachineBench next(Next next) {
            return new MachineBench(policy(5 * SECOND, true, (exit, ranFor, now) -> next));
        }

        @Test
        void B7_a_child_that_ended_is_started_again_under_the_same_hold() {
            bench.running();
            assertThat(bench.at(1).on(ENDED)).isEqualTo("STARTING COMPLETED, start");
            assertThat(bench.on(STARTED)).isEqualTo("RUNNING STARTED");
            assertThat(bench.at(2).on(FAILED)).isEqualTo("STARTING FAILED, start");
            assertThat(bench.wakeAt()).as("the lease is watched on").isEqualTo(6);
            assertThat(bench.at(6).tick()).isEqualTo("STOPPING EXPIRED, stop LOST 8.4s");
        }

        @Test
        void B7_so_is_one_that_could_not_be_started() {
            bench.starting();
            assertThat(bench.on(NOT_STARTED)).isEqualTo("STARTING START_FAILED, start");
            assertThat(bench.on(NOT_STARTED)).isEqualTo("STARTING START_FAILED, start");
        }

        @Test
        void B7_it_passes_the_gate_of_the_first_start() {
            MachineBench last = next(new Next.InPlace()).running();
            last.now = seconds(6) - 1;
            assertThat(last.on(FAILED)).isEqualTo("STARTING FAILED, start");

            bench.running();
            assertThat(bench.at(6).on(ENDED)).isEqualTo("release, STANDBY EXPIRED");
            assertThat(bench.deadBy(16).on(GRANTED))
                    .as("the claim is still queued")
                    .isEqualTo("SETTLING GRANTED");
        }

        @Test
        void B7_nothing_is_started_again_once_a_stop_has_begun() {
            for (Event stop : List.of(LOST, CONFLICT, CLOSE, stepDown(60))) {
                for (Exit exit : List.of(Exit.completed(), Exit.failed(new IllegalStateException()))) {
                    MachineBench stopped = next(new Next.InPlace()).running();
                    stopped.on(stop);
                    assertThat(stopped.at(1).on(new Event.Ended(exit)))
                            .as(stop.toString())
                            .doesNotContain("start")
                            .contains("release");
                    assertThat(stopped.on(STARTABLE)).isEmpty();
                    assertThat(stopped.on(ENDED)).isEmpty();
                }
            }
        }

        @Test
        void B7_nothing_is_started_again_after_the_release() {
            MachineBench once = new MachineBench(policy(
                    5 * SECOND,
                    true,
                    (exit, ranFor, now) -> now < SECOND ? new Next.InPlace() : new Next.Later(5 * SECOND)));
            once.running().on(FAILED);
            assertThat(once.at(1).on(FAILED)).isEqualTo("withdraw, release, STANDBY FAILED");
            assertThat(once.on(FAILED)).isEmpty();
            assertThat(once.on(STARTABLE)).isEmpty();
        }

        @Test
        void B7_it_is_stopped_killed_and_stuck_as_the_first() {
            bench.running();
            bench.on(LOST);
            bench.at(2.4).tick();
            bench.at(2.5).on(ENDED);
            bench.deadBy(20).on(GRANTED);
            bench.at(10).on(STARTABLE);
            bench.on(FAILED);
            assertThat(bench.on(CLOSE)).isEqualTo("STOPPING CLOSED, stop SHUTDOWN 15.0s");
            assertThat(bench.at(15).deadBy(25).tick()).isEqualTo("kill SHUTDOWN");
            assertThat(bench.at(16).tick()).isEqualTo("STUCK IGNORED_KILL, stuck");
        }

        @Test
        void B8_one_that_stands_aside_leaves_the_key_alone_for_that_long_and_then_contends_again() {
            MachineBench aside = next(new Next.Aside(60 * SECOND)).running();
            assertThat(aside.machine.asideUntil()).isEqualTo(Long.MIN_VALUE);
            assertThat(aside.at(1).on(FAILED)).isEqualTo("withdraw, release, STANDBY CRASH_LOOP");
            assertThat(aside.machine.asideUntil()).isEqualTo(seconds(61));
            assertThat(aside.at(60.9).tick()).isEmpty();
            assertThat(aside.at(61).tick()).isEqualTo("claim");
            assertThat(aside.machine.asideUntil()).isEqualTo(Long.MIN_VALUE);
        }

        @Test
        void B8_one_that_stands_aside_can_be_closed_and_told_to_stand_aside_for_longer() {
            MachineBench aside = next(new Next.Aside(60 * SECOND)).running();
            aside.on(FAILED);
            assertThat(aside.on(stepDown(10))).isEmpty();
            assertThat(aside.machine.asideUntil()).isEqualTo(seconds(60));
            assertThat(aside.on(stepDown(90))).isEmpty();
            assertThat(aside.machine.asideUntil()).isEqualTo(seconds(90));
            assertThat(aside.on(CLOSE)).isEqualTo("CLOSED CLOSED, over STOPPED");
        }

        @Test
        void B8_a_crash_loop_that_goes_upwards_says_so() {
            assertThat(next(new Next.Over(true)).running().on(FAILED))
                    .isEqualTo("withdraw, release, CLOSED CRASH_LOOP, over FAILED");
        }

        @Test
        void C6_a_child_that_fails_when_its_lease_is_as_good_as_over_is_a_loss_and_asks_for_no_restart() {
            List<Long> ran = new ArrayList<>();
            MachineBench late = new MachineBench(policy(5 * SECOND, true, new Restarts() {
                @Override
                public Next after(Exit exit, long ranFor, long now) {
                    throw new AssertionError("no failure");
                }

                @Override
                public void ran(long ranFor) {
                    ran.add(ranFor);
                }
            }));
            for (Event failure : List.of(FAILED, NOT_STARTED)) {
                late.at(0).running();
                assertThat(late.at(6).on(failure)).isEqualTo("release, STANDBY EXPIRED");
                late.at(100).deadBy(110).on(GRANTED);
                late.on(STARTABLE);
                assertThat(late.at(106).on(failure)).isEqualTo("release, STANDBY EXPIRED");
                late.on(stepDown(0));
            }
            assertThat(ran).containsExactly(seconds(6), seconds(6), seconds(6), seconds(6));
        }

        @Test
        void C6_an_end_that_was_asked_for_asks_for_no_restart_and_tells_how_long_it_ran() {
            List<Long> ran = new ArrayList<>();
            for (Event stop : List.of(LOST, CONFLICT, CLOSE, stepDown(60))) {
                MachineBench asked = new MachineBench(policy(5 * SECOND, true, new Restarts() {
                    @Override
                    public Next after(Exit exit, long ranFor, long now) {
                        throw new AssertionError("no failure");
                    }

                    @Override
                    public void ran(long ranFor) {
                        ran.add(ranFor);
                    }
                }));
                asked.running().at(1).on(stop);
                asked.at(2).on(FAILED);
            }
            assertThat(ran).containsExactly(seconds(2), seconds(2), seconds(2), seconds(2));
        }
    }

    @Nested
    class Progress {
        private final MachineBench bench = silentFor(4, new Next.InPlace());

        private MachineBench silentFor(double seconds, Next next) {
            return new MachineBench(new Policy(
                    5 * SECOND,
                    MachineBench.STOP,
                    MachineBench.MARGIN,
                    true,
                    (exit, ranFor, now) -> {
                        assertThat(exit.cause()).get().isInstanceOf(NoProgressException.class);
                        return next;
                    },
                    seconds(seconds)));
        }

        /** Ticks when ticks are due, with the lease confirmed, until {@code seconds}; gives what was said. */
        private String ticks(MachineBench of, double seconds) {
            StringBuilder said = new StringBuilder();
            while (of.wakeAt() <= seconds) {
                of.at(of.wakeAt()).deadBy(of.wakeAt() + 10);
                said.append(of.tick());
            }
            of.at(seconds);
            return said.toString();
        }

        @Test
        void B9_silence_is_counted_from_the_start() {
            bench.running();
            assertThat(ticks(bench, 3.9)).isEmpty();
            assertThat(bench.at(4).tick()).isEqualTo("STOPPING NO_PROGRESS, stop NO_PROGRESS 9.0s");
        }

        @Test
        void B9_a_start_that_takes_too_long_is_silence_as_well() {
            bench.starting();
            assertThat(ticks(bench, 4)).isEqualTo("STOPPING NO_PROGRESS, stop NO_PROGRESS 9.0s");
        }

        @Test
        void B9_and_from_the_moment_it_has_started_and_from_each_report() {
            bench.starting();
            ticks(bench, 3);
            bench.on(STARTED);
            assertThat(ticks(bench, 6.9)).isEmpty();
            assertThat(bench.on(new Event.Progressed(seconds(6.5)))).isEmpty();
            assertThat(ticks(bench, 10.4)).isEmpty();
            assertThat(ticks(bench, 10.5)).isEqualTo("STOPPING NO_PROGRESS, stop NO_PROGRESS 15.5s");
        }

        @Test
        void B9_a_report_that_arrives_with_the_end_of_the_silence_counts() {
            bench.running();
            ticks(bench, 3.9);
            assertThat(bench.at(4).on(new Event.Progressed(seconds(3.9)))).isEmpty();
            assertThat(bench.tick()).isEmpty();
        }

        @Test
        void B9_the_silent_child_is_seen_dead_and_started_again_in_place() {
            bench.running();
            ticks(bench, 4);
            assertThat(bench.at(5).on(STARTED)).isEqualTo("stop NO_PROGRESS 9.0s");
            assertThat(bench.at(6).on(new Event.Progressed(seconds(6))))
                    .as("too late")
                    .isEmpty();
            assertThat(bench.at(8).deadBy(18).on(ENDED)).isEqualTo("STARTING FAILED, start");
            assertThat(ticks(bench, 11.9)).isEmpty();
            assertThat(ticks(bench, 12)).isEqualTo("STOPPING NO_PROGRESS, stop NO_PROGRESS 17.0s");
        }

        @Test
        void B9_one_that_ignores_its_stop_is_killed_and_stuck_as_usual_and_its_key_is_kept() {
            bench.running();
            ticks(bench, 4);
            bench.deadBy(30);
            assertThat(bench.at(9).tick()).isEqualTo("kill NO_PROGRESS");
            assertThat(bench.at(10).tick()).isEqualTo("STUCK IGNORED_KILL, stuck");
            assertThat(bench.at(25).on(ENDED)).isEqualTo("STARTING FAILED, start");
        }

        @Test
        void B9_it_counts_as_a_failure_with_its_cause() {
            MachineBench over = silentFor(4, new Next.Over(false)).running();
            ticks(over, 4);
            List<Command> commands = over.at(5).raw(ENDED);
            assertThat(MachineBench.text(commands)).isEqualTo("withdraw, release, CLOSED FAILED, over FAILED");
            assertThat(((Command.Changed) commands.get(2)).cause()).hasMessageContaining("No progress for PT4S");
        }

        @Test
        void C6_one_whose_key_is_lost_before_it_is_down_has_not_failed() {
            MachineBench silent = silentFor(4, new Next.Over(false)).running();
            ticks(silent, 4);
            assertThat(silent.at(4.5).on(LOST)).isEqualTo("stop NO_PROGRESS 6.9s");
            assertThat(silent.at(5).on(ENDED)).isEqualTo("release, STANDBY STOPPED");

            MachineBench late = silentFor(4, new Next.Over(false)).running();
            ticks(late, 4);
            assertThat(late.at(5).deadBy(9).on(ENDED)).isEqualTo("release, STANDBY EXPIRED");
        }

        @Test
        void B9_one_that_is_closed_or_told_to_stand_aside_before_it_is_down_is_not_started_again() {
            bench.running();
            ticks(bench, 4);
            assertThat(bench.on(stepDown(60))).isEmpty();
            assertThat(bench.at(5).on(ENDED)).isEqualTo("withdraw, release, STANDBY STOPPED");

            MachineBench closed = silentFor(4, new Next.InPlace()).running();
            ticks(closed, 4);
            assertThat(closed.on(CLOSE)).isEmpty();
            assertThat(closed.at(5).on(FAILED)).isEqualTo("withdraw, release, CLOSED STOPPED, over FAILED");
        }

        @Test
        void B9_that_an_earlier_child_was_silent_is_not_held_against_the_next() {
            bench.running();
            ticks(bench, 4);
            bench.at(5).on(ENDED);
            bench.on(STARTED);
            assertThat(bench.on(stepDown(5))).startsWith("STOPPING STEPPED_DOWN");
            assertThat(bench.at(6).on(ENDED)).isEqualTo("release, STANDBY STOPPED");
        }

        @Test
        void B9_the_lease_comes_first() {
            MachineBench both = silentFor(6, new Next.InPlace()).running();
            both.at(1.5).tick();
            both.at(3).tick();
            both.at(4.5).tick();
            assertThat(both.at(6).tick()).isEqualTo("STOPPING EXPIRED, stop LOST 8.4s");
        }

        @Test
        void B9_time_in_which_this_process_was_frozen_does_not_count() {
            bench.deadBy = NEVER;
            bench.settling();
            bench.deadBy = NEVER;
            bench.on(STARTABLE);
            bench.on(STARTED);
            bench.at(1).tick();
            assertThat(bench.at(1001).tick()).isEmpty();
            assertThat(bench.at(1002).tick()).isEmpty();
            assertThat(bench.at(1003).tick()).isEmpty();
            assertThat(bench.at(1004).tick()).isEqualTo("STOPPING NO_PROGRESS, stop NO_PROGRESS 1009.0s");
        }
    }

    @Test
    void closedIsFinal() {
        MachineBench bench = plain().running();
        bench.on(CLOSE);
        bench.on(ENDED);
        assertThat(bench.state()).isEqualTo(State.CLOSED);
        for (Event event : List.of(TICK, STARTABLE, LOST, STARTED, ENDED, CLOSE, stepDown(1))) {
            assertThat(bench.at(50).on(event)).isEmpty();
        }
        assertThat(bench.state()).isEqualTo(State.CLOSED);
        assertThat(bench.wakeAt()).isEqualTo(FOR_EVER);
    }
}
