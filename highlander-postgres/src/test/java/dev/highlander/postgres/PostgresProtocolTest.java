package dev.highlander.postgres;

import static dev.highlander.postgres.HandTurned.BACKEND;
import static dev.highlander.postgres.HandTurned.KEY;
import static dev.highlander.postgres.HandTurned.LEASE;
import static dev.highlander.postgres.HandTurned.LEASE_LOCK;
import static dev.highlander.postgres.HandTurned.MILLI;
import static dev.highlander.postgres.HandTurned.OTHER_KEY;
import static dev.highlander.postgres.HandTurned.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.postgres.Presence.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the protocol does beside the rules: contention, withdrawal, checks, polls, and what it makes of nonsense. */
class PostgresProtocolTest {
    private final HandTurned node = HandTurned.connected();

    private static String digestOf(LockId... locks) {
        TreeSet<LockId> all = new TreeSet<>(LockId.SERVER_ORDER);
        all.addAll(List.of(locks));
        all.add(LEASE_LOCK);
        return Digest.of(all);
    }

    @Nested
    class Withdrawal {
        @Test
        void beforeAnyTryNothingIsTried() {
            node.protocol.claim(1, KEY);
            node.protocol.withdraw(1);

            assertThat(node.next()).isNull();
        }

        @Test
        void duringTheTryTheGrantIsReleasedUnseen() {
            node.protocol.claim(1, KEY);
            node.take(Request.Try.class);
            node.protocol.withdraw(1);
            node.answer(new Reply.Got(Set.of(KEY), true));

            node.unlocked();
            assertThat(node.told()).isEmpty();
            assertThat(node.next()).isNull();
        }

        @Test
        void beforeTheMarkTheGrantIsReleasedUnseen() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            node.protocol.withdraw(1);

            node.unlocked();
            assertThat(node.told()).isEmpty();
        }

        @Test
        void whileTheMarkIsOutTheGrantIsReleasedUnseen() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.protocol.withdraw(1);
            node.hear(BACKEND, "mark " + mark.nonce());
            node.answer(new Reply.Checked(true));

            node.unlocked();
            assertThat(node.told()).isEmpty();
        }

        @Test
        void ofAGrantThatWasToldLeavesItGrantedUntilItIsReleased() {
            Notice.Granted granted = node.granted(1, KEY);
            node.protocol.withdraw(1);
            assertThat(node.next()).isNull();

            node.protocol.release(granted.hold());
            node.unlocked();
            node.pass(5 * SECOND);
            assertThat(node.nothingTold()).as("the claim is gone").isTrue();
        }

        @Test
        void isIdempotentAndOfAnUnknownClaimNothing() {
            node.protocol.claim(1, KEY);
            node.protocol.withdraw(1);
            node.protocol.withdraw(1);
            node.protocol.withdraw(99);
            node.protocol.release(99);

            assertThat(node.next()).isNull();
        }

        @Test
        void withoutASessionIsRememberedWhenThereIsOne() {
            HandTurned offline = new HandTurned();
            offline.protocol.claim(1, KEY);
            offline.protocol.claim(2, OTHER_KEY);
            offline.protocol.withdraw(1);
            offline.connect();

            assertThat(offline.take(Request.Try.class).locks()).containsExactly(OTHER_KEY);
        }
    }

    @Nested
    class Release {
        @Test
        void endsWithTheLockGivenBackAndTheClaimStillQueued() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.cleaned();
            node.unlocked();

            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
            node.answer(new Reply.Got(Set.of(KEY), true));
            node.marked();
            assertThat(node.take(Request.Run.class).locks())
                    .as("its own clean is evidence")
                    .containsExactly(KEY);
        }

        @Test
        void twiceIsOnce() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.protocol.release(term.hold());
            node.cleaned();
            node.protocol.release(term.hold());
            node.unlocked();
            node.protocol.release(term.hold());

            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
        }

        @Test
        void whileCleanIsOutChangesNothing() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.take(Request.Clean.class);
            node.protocol.release(term.hold());
            node.protocol.withdraw(1);
            node.answer(new Reply.Did(Set.of(KEY)));

            assertThat(node.take(Request.Unlock.class).locks()).containsExactly(KEY);
        }

        @Test
        void comesBeforeNewTriesAndRuns() {
            node.hearRun(7, OTHER_KEY, 4);
            node.hearClean(7, OTHER_KEY, 4);
            Notice.Startable term = node.startable(1, KEY, 5);
            node.granted(2, OTHER_KEY);
            node.protocol.claim(3, LockId.of(44));
            node.protocol.release(term.hold());

            assertThat(node.next()).isInstanceOf(Request.Clean.class);
            node.cleaned();
            assertThat(node.next()).isInstanceOf(Request.Unlock.class);
            node.unlocked();
            assertThat(node.next()).isInstanceOf(Request.Run.class);
        }
    }

    @Nested
    class TheLossOfASession {
        @Test
        void isToldToEveryoneWhoWasToldOfAGrantAndHasNotGivenItUp() {
            Notice.Startable running = node.startable(1, KEY, 5);
            Notice.Granted settling = node.granted(2, OTHER_KEY);
            node.protocol.claim(3, LockId.of(44));
            node.got(LockId.of(44));
            node.protocol.disconnected(Loss.DISCONNECTED);

            assertThat(node.told())
                    .containsExactlyInAnyOrder(
                            new Notice.Lost(running.hold(), Loss.DISCONNECTED),
                            new Notice.Lost(settling.hold(), Loss.DISCONNECTED));
        }

        @Test
        void isToldOnce() {
            node.startable(1, KEY, 5);
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.told();
            node.protocol.disconnected(Loss.REVOKED);
            node.connect();
            node.protocol.disconnected(Loss.DISCONNECTED);

            assertThat(node.nothingTold()).isTrue();
        }

        @Test
        void isNotToldToWhoHasGivenUp() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.protocol.disconnected(Loss.DISCONNECTED);
            assertThat(node.told()).isEmpty();

            node.connect();
            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
        }

        @Test
        void keepsTheKeyFromBeingTriedUntilItsLoserHasReleased() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.connect();
            node.protocol.claim(2, KEY);
            assertThat(node.next()).as("its child may still run").isNull();

            node.protocol.release(term.hold());
            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
        }

        @Test
        void isNotInTheDigestOfTheNextSession() {
            node.startable(1, KEY, 5);
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.protocol.connected(BACKEND, node.now);

            assertThat(node.take(Request.Beat.class).digest()).isEqualTo(digestOf());
        }

        @Test
        void onAStandbyIsRevocation() {
            node.startable(1, KEY, 5);
            node.protocol.claim(2, OTHER_KEY);
            node.take(Request.Try.class);
            node.answer(new Reply.Got(Set.of(OTHER_KEY), false));

            List<Notice> told = node.told();
            assertThat(told).hasSize(2).contains(new Notice.Distrusted(Problems.inRecovery()));
            assertThat(((Notice.Lost) told.get(0)).why()).isEqualTo(Loss.REVOKED);
            assertThat(node.next()).isNull();
        }

        @Test
        void comesWithAMarkThatAStandbyAnswered() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            node.take(Request.Mark.class);
            node.answer(new Reply.Checked(false));

            assertThat(node.told()).containsExactly(new Notice.Distrusted(Problems.inRecovery()));
        }

        @Test
        void comesWithAnotherLeaseInTheNamespace() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.hear(7, "run " + OTHER_KEY.wire() + " 9 9999");

            assertThat(node.told())
                    .containsExactly(
                            new Notice.Lost(term.hold(), Loss.REVOKED),
                            new Notice.Distrusted(Problems.leaseDiffers(LEASE, 9999)));
            assertThat(node.next()).isNull();
        }
    }

    /** A5: two wrappers of one key inside one process exclude each other. */
    @Nested
    class TwoClaimsOfOneKey {
        @Test
        void areTriedAsOneAndGrantedToTheFirst() {
            node.protocol.claim(1, KEY);
            node.protocol.claim(2, KEY);
            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
            node.answer(new Reply.Got(Set.of(KEY), true));
            node.marked();

            assertThat(node.the(Notice.Granted.class).claim()).isEqualTo(1);
            node.pass(5 * SECOND);
            assertThat(node.nothingTold()).isTrue();
        }

        @Test
        void takeTurns() {
            node.protocol.claim(1, KEY);
            node.protocol.claim(2, KEY);
            List<Long> turns = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                node.got(KEY);
                node.marked();
                Notice.Granted granted = node.the(Notice.Granted.class);
                turns.add(granted.claim());
                node.protocol.release(granted.hold());
                node.unlocked();
            }

            assertThat(turns).containsExactly(1L, 2L, 1L, 2L);
        }

        @Test
        void theSecondDoesNotGetTheHoldOfAFirstThatWithdrew() {
            node.protocol.claim(1, KEY);
            node.protocol.claim(2, KEY);
            node.got(KEY);
            node.protocol.withdraw(1);
            node.unlocked();
            node.got(KEY);
            node.marked();

            assertThat(node.the(Notice.Granted.class).claim()).isEqualTo(2);
        }
    }

    @Nested
    class Tries {
        @Test
        void aHeldLockIsNeverTriedAgain() {
            node.startable(1, KEY, 5);
            for (int i = 0; i < 20; i++) {
                node.turn(SECOND);
                node.hearFree(7, KEY);
                while (node.next() instanceof Request.Beat) {
                    node.answer(new Reply.Checked(true));
                }
                assertThat(node.next()).isNull();
            }
        }

        @Test
        void aHoldThatIsBeingGivenBackIsNotTriedBeforeItIs() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.claim(2, KEY);
            node.protocol.release(term.hold());
            node.hearFree(7, KEY);
            node.cleaned();
            node.hearFree(7, KEY);
            node.unlocked();

            assertThat(node.next()).isInstanceOf(Request.Try.class);
        }

        /** D9: a clean release wakes the next node at once. */
        @Test
        void freeIsFollowedByATryAtOnce() {
            node.protocol.claim(1, KEY);
            node.got();
            assertThat(node.next()).isNull();
            node.hearFree(7, OTHER_KEY);
            assertThat(node.next()).as("nobody here wants the other").isNull();
            node.hearFree(7, KEY);

            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
            node.got();
            assertThat(node.next()).as("once").isNull();
        }

        @Test
        void freeThatIsHeardWhileATryIsOutIsFollowedByAnother() {
            node.protocol.claim(1, KEY);
            node.take(Request.Try.class);
            node.hearFree(7, KEY);
            node.answer(new Reply.Got(Set.of(), true));

            assertThat(node.take(Request.Try.class).locks()).containsExactly(KEY);
        }

        @Test
        void areRepeatedAfterASecondGiveOrTakeAHalf() {
            for (double random : new double[] {0, 0.25, 0.999}) {
                HandTurned jittered = new HandTurned(new PostgresProtocol(LEASE, LEASE_LOCK, () -> random));
                jittered.protocol.claim(1, KEY);
                jittered.connect();
                jittered.got();
                assertThat(jittered.next()).isNull();
                long wait = jittered.protocol.wakeAt() - jittered.now;

                assertThat(wait).isEqualTo((long) (SECOND * (0.5 + random)));
                jittered.turn(wait);
                assertThat(jittered.next()).isInstanceOf(Request.Try.class);
            }
        }

        @Test
        void areRepeatedTwiceInAShortLease() {
            Lease shortest = Lease.of(Duration.ofMillis(500));
            HandTurned brief = new HandTurned(new PostgresProtocol(shortest, LEASE_LOCK, () -> 0.5));
            brief.protocol.claim(1, KEY);
            brief.connect();
            brief.got();

            assertThat(brief.next()).isNull();
            assertThat(brief.protocol.wakeAt() - brief.now).isEqualTo(250 * MILLI);
            brief.turn(250 * MILLI);
            brief.take(Request.Beat.class);
            brief.answer(new Reply.Checked(true));
            assertThat(brief.next()).isInstanceOf(Request.Try.class);
        }

        @Test
        void areOverWithTheLastClaimAndTheLastHold() {
            long firstCheck = node.protocol.wakeAt();
            node.protocol.claim(1, KEY);
            node.protocol.withdraw(1);
            assertThat(node.protocol.wakeAt()).as("withdrawn").isEqualTo(firstCheck);

            Notice.Granted granted = node.granted(2, KEY);
            node.protocol.withdraw(2);
            node.protocol.release(granted.hold());
            node.unlocked();
            node.nextBeat();
            node.answer(new Reply.Checked(true));
            assertThat(node.next()).isNull();
            assertThat(node.protocol.wakeAt() - node.now).as("given back").isEqualTo(LEASE.nanos() / 2);
        }

        @Test
        void ofNothingAreNotMade() {
            node.pass(20 * SECOND);
            assertThat(node.protocol.wakeAt() - node.now).isGreaterThan(LEASE.heartbeat());
        }
    }

    @Nested
    class ManyKeys {
        private static final int COUNT = 2500;
        private final List<LockId> keys =
                LongStream.range(1000, 1000 + COUNT).mapToObj(LockId::of).toList();

        private void claimAll() {
            for (int i = 0; i < COUNT; i++) {
                node.protocol.claim(i, keys.get(i));
            }
        }

        private List<Integer> takeAllTries(boolean grant) {
            List<Integer> sizes = new ArrayList<>();
            while (node.next() instanceof Request.Try attempt) {
                sizes.add(attempt.locks().size());
                node.answer(new Reply.Got(grant ? new LinkedHashSet<>(attempt.locks()) : Set.of(), true));
            }
            return sizes;
        }

        @Test
        void areTriedAThousandInAStatementAndEachOnce() {
            claimAll();
            assertThat(takeAllTries(false)).containsExactly(1000, 1000, 500);
        }

        @Test
        void arePolledMoreSlowlySoThatPollingStaysCheap() {
            claimAll();
            takeAllTries(false);
            assertThat(node.protocol.wakeAt() - node.now).isEqualTo(Math.min(3 * SECOND, LEASE.nanos() / 2));
        }

        @Test
        void areASecondsWorthUpToAFullStatementAndTwoFromOneMoreOn() {
            for (int count : new int[] {1000, 1001}) {
                HandTurned many = HandTurned.connected();
                for (int i = 0; i < count; i++) {
                    many.protocol.claim(i, keys.get(i));
                }
                while (many.next() instanceof Request.Try) {
                    many.answer(new Reply.Got(Set.of(), true));
                }
                many.turn(1);
                assertThat(many.protocol.wakeAt() - many.now + 1).isEqualTo(count == 1000 ? SECOND : 2 * SECOND);
            }
        }

        @Test
        void shareOneMarkAndRunAndAreCleanedAndUnlockedAThousandInAStatement() {
            claimAll();
            List<LockId> tried = new ArrayList<>();
            while (node.next() instanceof Request.Try attempt) {
                tried.addAll(attempt.locks());
                node.answer(new Reply.Got(new LinkedHashSet<>(attempt.locks()), true));
            }
            // A mark goes out as soon as there is something to mark; the rest shares the next one.
            while (node.next() instanceof Request.Mark || node.next() instanceof Request.Try) {
                if (node.next() instanceof Request.Try attempt) {
                    tried.addAll(attempt.locks());
                    node.answer(new Reply.Got(new LinkedHashSet<>(attempt.locks()), true));
                } else {
                    node.marked();
                }
            }
            assertThat(tried).hasSize(COUNT).doesNotHaveDuplicates();
            List<Long> holds = node.told().stream()
                    .filter(Notice.Granted.class::isInstance)
                    .map(notice -> ((Notice.Granted) notice).hold())
                    .toList();
            assertThat(holds).hasSize(COUNT);

            node.pass(LEASE.settle());
            List<Integer> runs = new ArrayList<>();
            while (node.next() instanceof Request.Run run) {
                runs.add(run.locks().size());
                Map<LockId, Long> tokens = new LinkedHashMap<>();
                run.locks().forEach(lock -> tokens.put(lock, 5L));
                node.answer(new Reply.Ran(tokens));
            }
            assertThat(runs).containsExactly(1000, 1000, 500);

            holds.forEach(node.protocol::release);
            List<Integer> given = new ArrayList<>();
            while (node.next() instanceof Request.Clean clean) {
                given.add(clean.terms().size());
                node.cleaned();
            }
            while (node.next() instanceof Request.Unlock unlock) {
                given.add(unlock.locks().size());
                node.unlocked();
            }
            assertThat(given).containsExactly(1000, 1000, 500, 1000, 1000, 500);
        }
    }

    @Nested
    class Checks {
        @Test
        void theFirstComesRightAfterTheConnection() {
            HandTurned fresh = new HandTurned();
            fresh.protocol.claim(1, KEY);
            fresh.protocol.connected(BACKEND, fresh.now);

            assertThat(fresh.take(Request.Beat.class).digest()).isEqualTo(digestOf());
        }

        @Test
        void comeEveryHalfLeaseWhileNothingIsHeld() {
            long before = node.now;
            assertThat(node.protocol.wakeAt()).isEqualTo(before + LEASE.nanos() / 2);
            node.turn(LEASE.nanos() / 2);

            assertThat(node.next()).isInstanceOf(Request.Beat.class);
        }

        @Test
        void comeEveryFifthOfTheLeaseWhileSomethingIsHeld() {
            long sent = node.now;
            node.granted(1, KEY);
            for (int i = 1; i <= 3; i++) {
                node.nextBeat();
                assertThat(node.now).isEqualTo(sent + i * LEASE.heartbeat());
                node.turn(300 * MILLI);
                node.answer(new Reply.Checked(true));
            }
        }

        @Test
        void comeBeforeEverythingElse() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.turn(LEASE.heartbeat());
            node.protocol.release(term.hold());

            assertThat(node.next()).isInstanceOf(Request.Beat.class);
        }

        @Test
        void carryTheDigestOfEveryLockThatTheSessionHolds() {
            node.granted(1, KEY);
            Notice.Granted other = node.granted(2, OTHER_KEY);
            node.turn(LEASE.heartbeat());
            assertThat(node.take(Request.Beat.class).digest()).isEqualTo(digestOf(KEY, OTHER_KEY));
            node.answer(new Reply.Checked(true));

            node.protocol.withdraw(2);
            node.protocol.release(other.hold());
            node.take(Request.Unlock.class);
            node.turn(LEASE.heartbeat());
            node.answer(new Reply.Did(Set.of(OTHER_KEY)));
            assertThat(node.take(Request.Beat.class).digest()).isEqualTo(digestOf(KEY));
        }

        @Test
        void countALockUntilItsUnlockIsAnswered() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.cleaned();
            node.turn(LEASE.heartbeat());

            assertThat(node.take(Request.Beat.class).digest()).isEqualTo(digestOf(KEY));
        }
    }

    @Nested
    class Closing {
        @Test
        void isOverAtOnceWhenNothingIsHeld() {
            node.protocol.claim(1, KEY);
            assertThat(node.protocol.isFinished()).isFalse();
            node.protocol.close();

            assertThat(node.protocol.isFinished()).isTrue();
            assertThat(node.next()).isNull();
        }

        @Test
        void waitsForWhatIsBeingGivenBack() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.protocol.close();
            assertThat(node.protocol.unreleased()).isZero();
            assertThat(node.protocol.isFinished()).isFalse();
            node.cleaned();
            node.unlocked();

            assertThat(node.protocol.isFinished()).isTrue();
        }

        @Test
        void keepsTheSessionForWhatNobodyReleased() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.close();
            assertThat(node.protocol.unreleased()).isEqualTo(1);
            node.pass(3 * LEASE.nanos());
            assertThat(node.protocol.isFinished()).isFalse();

            node.protocol.release(term.hold());
            node.cleaned();
            node.unlocked();
            assertThat(node.protocol.isFinished()).isTrue();
        }

        @Test
        void waitsForALoserToReleaseToo() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.protocol.close();
            assertThat(node.protocol.isFinished()).isFalse();

            node.protocol.release(term.hold());
            assertThat(node.protocol.isFinished()).isTrue();
        }

        @Test
        void releasesUnseenWhatWasNotToldYet() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            node.protocol.close();
            node.unlocked();

            assertThat(node.told()).isEmpty();
            assertThat(node.protocol.isFinished()).isTrue();
        }

        @Test
        void makesALaterClaimVain() {
            node.protocol.close();
            node.protocol.claim(2, KEY);

            assertThat(node.next()).isNull();
        }
    }

    /** What others are told who ask for the holders. */
    @Nested
    class TheStandingOfAKey {
        @Test
        void isWaitingUntilItIsGranted() {
            assertThat(node.protocol.standing(KEY)).as("nobody wants it").isEqualTo(Standing.WAITING);
            node.protocol.claim(1, KEY);
            assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.WAITING);
        }

        @Test
        void isHoldingThroughTheSettleAndRunningOnceItMayStart() {
            Notice.Granted granted = node.granted(1, KEY);
            assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.HOLDING);
            node.pass(granted.startNotBefore() - node.now);
            node.take(Request.Run.class);
            assertThat(node.protocol.standing(KEY)).as("no reply yet").isEqualTo(Standing.HOLDING);
            node.ran(5);
            assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.RUNNING);
        }

        @Test
        void isHoldingWhileItIsGivenBackAndWaitingAfterThat() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.cleaned();
            assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.HOLDING);
            node.unlocked();
            assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.WAITING);
        }

        @Test
        void isWaitingWhenTheSessionIsLostThoughItsLoserHasNotReleased() {
            node.startable(1, KEY, 5);
            node.protocol.disconnected(Loss.DISCONNECTED);
            assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.WAITING);
        }
    }

    /** What is told of a term that another node runs. */
    @Nested
    class TheTokenOfAnothersTerm {
        @Test
        void isThatOfTheRunThatTheHolderSaid() {
            assertThat(node.protocol.tokenHeard(KEY, 7)).as("nothing heard").isEmpty();
            node.hearRun(7, KEY, 5);
            assertThat(node.protocol.tokenHeard(KEY, 7)).hasValue(5);
            assertThat(node.protocol.tokenHeard(OTHER_KEY, 7)).isEmpty();
        }

        @Test
        void isUnknownWhenAnotherBackendHoldsTheKeyByNow() {
            node.hearRun(7, KEY, 5);
            assertThat(node.protocol.tokenHeard(KEY, 8)).isEmpty();
        }

        @Test
        void isNoneOnceItsChildIsDown() {
            node.hearRun(7, KEY, 5);
            node.hearClean(7, KEY, 5);
            assertThat(node.protocol.tokenHeard(KEY, 7)).isEmpty();
        }
    }

    @Test
    void anAnswerToAnotherQuestionIsABugAndSaysSo() {
        List<Request> requests = List.of(
                new Request.Beat(""),
                new Request.Mark(1, List.of()),
                new Request.Try(List.of(KEY)),
                new Request.Run(List.of(KEY)),
                new Request.Clean(List.of(new Request.Term(KEY, 1))),
                new Request.Unlock(List.of(KEY)));
        Map<Class<? extends Reply>, Reply> replies = Map.of(
                Reply.Checked.class, new Reply.Checked(true),
                Reply.Got.class, new Reply.Got(Set.of(KEY), true),
                Reply.Ran.class, new Reply.Ran(Map.of(KEY, 1L)),
                Reply.Did.class, new Reply.Did(Set.of(KEY)));
        List<Class<? extends Reply>> answers = List.of(
                Reply.Checked.class,
                Reply.Checked.class,
                Reply.Got.class,
                Reply.Ran.class,
                Reply.Did.class,
                Reply.Did.class);
        for (int i = 0; i < requests.size(); i++) {
            Request request = requests.get(i);
            Map<Class<? extends Reply>, Reply> others = new HashMap<>(replies);
            others.remove(answers.get(i));
            for (Reply other : others.values()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> node.protocol.reply(request, other, new Sent(node.now, 0), node.now))
                        .withMessage("A reply " + other + " does not answer " + request + ".");
            }
        }
    }

    @Test
    void anUnlockThatIsAnsweredForALockNobodyKnowsChangesNothing() {
        node.granted(1, KEY);
        node.protocol.reply(
                new Request.Unlock(List.of(OTHER_KEY)),
                new Reply.Did(Set.of(OTHER_KEY)),
                new Sent(node.now, 0),
                node.now);

        assertThat(node.protocol.standing(KEY)).isEqualTo(Standing.HOLDING);
        assertThat(node.nothingTold()).isTrue();
    }

    @Test
    void nothingIsAskedWithoutASession() {
        HandTurned offline = new HandTurned();
        offline.protocol.claim(1, KEY);

        assertThat(offline.next()).isNull();
        assertThat(offline.protocol.wakeAt()).isEqualTo(Long.MAX_VALUE);
    }
}
