package dev.highlander.postgres;

import static dev.highlander.postgres.HandTurned.BACKEND;
import static dev.highlander.postgres.HandTurned.KEY;
import static dev.highlander.postgres.HandTurned.LEASE;
import static dev.highlander.postgres.HandTurned.MILLI;
import static dev.highlander.postgres.HandTurned.OTHER_KEY;
import static dev.highlander.postgres.HandTurned.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Loss;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The six rules of the specification in {@code docs/spec}, one by one. */
class PostgresProtocolRulesTest {
    private final HandTurned node = HandTurned.connected();

    /** Tells whether the key, granted after {@code said} was heard, may start at once. */
    private boolean startsAtOnceAfter(String said) {
        node.protocol.claim(1, KEY);
        node.got(KEY);
        hear(said);
        node.marked();
        return node.the(Notice.Granted.class).startNotBefore() == node.now;
    }

    /** Reads {@code "7 run 5, 7 clean 5"}: the backend, the word, and the token if there is one; {@code *} is another key. */
    private void hear(String said) {
        for (String one : said.isBlank() ? new String[0] : said.split(", ", -1)) {
            String[] words = one.split(" ", -1);
            LockId lock = words[1].endsWith("*") ? OTHER_KEY : KEY;
            int sender = Integer.parseInt(words[0]);
            switch (words[1].replace("*", "")) {
                case "run" -> node.hearRun(sender, lock, Long.parseLong(words[2]));
                case "clean" -> node.hearClean(sender, lock, Long.parseLong(words[2]));
                case "free" -> node.hearFree(sender, lock);
                default -> throw new AssertionError(one);
            }
        }
    }

    @Nested
    class Rule1MarkerAndEvidence {
        @Test
        void theMarkIsSentAfterTheReplyToTheGrant() {
            node.protocol.claim(1, KEY);
            node.take(Request.Try.class);
            node.answer(new Reply.Got(Set.of(KEY), true));

            assertThat(node.next()).isInstanceOf(Request.Mark.class);
        }

        @Test
        void nobodyIsToldOfAGrantBeforeItsMarkIsHeard() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.answer(new Reply.Checked(true));
            assertThat(node.nothingTold()).isTrue();

            node.hear(BACKEND, "mark " + mark.nonce());
            assertThat(node.the(Notice.Granted.class).claim()).isEqualTo(1);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                7 run 5, 7 clean 5                          | yes | the last holder's child is down
                7 clean 5                                   | yes | its run was before our LISTEN
                7 run 5, 7 clean 5, 8 run 6, 8 clean 6      | yes | one after the other
                7 run 5, 8 clean 5, 7 clean 5               | yes | a wrong one does not spoil the right one
                7 run 5, 7 clean 5, 9 clean 4               | yes | nothing ran since
                7 run 5, 7 clean 5, 7 free, 8 free          | yes | free says nothing
                100 run 5, 100 clean 5                      | yes | our own earlier term on this session
                ''                                          | no  | nothing is known
                7 run 5                                     | no  | it runs
                100 run 5                                   | no  | our own earlier term, never cleaned
                7 run 5, 8 clean 5                          | no  | another backend's clean
                7 run 5, 7 clean 4                          | no  | another term's clean
                7 run 5, 7 clean 6                          | no  | another term's clean, though a later one's
                7 run 5, 7 clean 5, 8 run 6                 | no  | it was clean, then it ran again
                7 clean 5, 7 run 5                          | no  | the wrong way round
                7 run 5, 7 clean 5, 7 run 6, 7 clean 5      | no  | the same backend, the earlier term
                7 run 5, 7 free                             | no  | free says nothing
                7 run* 5, 7 clean* 5                        | no  | another key
                7 run 5, 7 clean* 5                         | no  | another key's clean
                """)
        void evidenceIsThatTheLastRunOrCleanHeardIsClean(String said, String evidence, String why) {
            assertThat(startsAtOnceAfter(said)).as(why).isEqualTo(evidence.equals("yes"));
        }

        @Test
        void evidenceMayComeBeforeTheGrantToo() {
            hear("7 run 5, 7 clean 5");
            assertThat(startsAtOnceAfter("")).isTrue();
        }

        @Test
        void whatIsHeardAfterTheMarkIsNone() {
            hear("7 run 5");
            node.granted(1, KEY);
            hear("7 clean 5");

            assertThat(node.next()).isNull();
            node.pass(LEASE.settle() - 1);
            assertThat(node.next()).isNull();
        }

        @Test
        void whatIsHeardBetweenTheMarkAndItsReplyIsNone() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.hear(BACKEND, "mark " + mark.nonce());
            hear("7 clean 5");
            node.answer(new Reply.Checked(true));

            assertThat(node.the(Notice.Granted.class).startNotBefore()).isEqualTo(node.now + LEASE.settle());
        }

        @Test
        void nobodyIsToldOfAGrantBeforeItsMarkIsAnswered() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.hear(BACKEND, "mark " + mark.nonce());
            assertThat(node.nothingTold()).isTrue();

            node.answer(new Reply.Checked(true));
            assertThat(node.the(Notice.Granted.class).claim()).isEqualTo(1);
        }

        @Test
        void aMarkWithAnotherNonceIsNotTheMark() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.hear(BACKEND, "mark " + (mark.nonce() + 1));
            node.hear(BACKEND, "mark " + (mark.nonce() - 1));
            node.answer(new Reply.Checked(true));

            assertThat(node.nothingTold()).isTrue();
        }

        @Test
        void aMarkThatAnotherBackendSentIsNotTheMark() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.hear(BACKEND + 1, "mark " + mark.nonce());
            node.answer(new Reply.Checked(true));

            assertThat(node.nothingTold()).isTrue();
        }

        @Test
        void aMarkIsNotForGrantsThatCameAfterItsSending() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark first = node.take(Request.Mark.class);
            node.answer(new Reply.Checked(true));
            node.protocol.claim(2, OTHER_KEY);
            node.got(OTHER_KEY);
            assertThat(node.next()).as("one mark at a time").isNull();

            node.hear(BACKEND, "mark " + first.nonce());
            assertThat(node.the(Notice.Granted.class).lock()).isEqualTo(KEY);
            assertThat(node.take(Request.Mark.class).nonce()).isNotEqualTo(first.nonce());
        }

        @Test
        void whatAnEarlierSessionHeardIsWorthNothing() {
            hear("7 run 5, 7 clean 5");
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.connect();

            assertThat(startsAtOnceAfter("")).isFalse();
        }

        @Test
        void aMarkOfAnEarlierSessionIsNotTheMark() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            Request.Mark mark = node.take(Request.Mark.class);
            node.loseAnswer();
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.connect();
            node.got(KEY);
            node.take(Request.Mark.class);
            node.hear(BACKEND, "mark " + mark.nonce());

            assertThat(node.nothingTold()).isTrue();
        }

        @Test
        void whatIsHeardWithoutASessionIsWorthNothing() {
            node.protocol.disconnected(Loss.DISCONNECTED);
            hear("7 run 5, 7 clean 5");
            node.connect();

            assertThat(startsAtOnceAfter("")).isFalse();
        }

        @Test
        void aTermGivenUpBeforeItRanLeavesTheEvidenceAsItWas() {
            hear("7 run 5, 7 clean 5");
            Notice.Granted first = node.granted(1, KEY);
            node.protocol.withdraw(1);
            node.protocol.release(first.hold());
            node.unlocked();

            assertThat(startsAtOnceAfter("")).isTrue();
        }

        @Test
        void anUnansweredMarkEndsTheSession() {
            node.protocol.claim(1, KEY);
            node.got(KEY);
            node.take(Request.Mark.class);
            node.answer(new Reply.Checked(true));
            node.turn(LEASE.replyLimit());
            assertThat(node.next()).isInstanceOf(Request.Beat.class);
            node.answer(new Reply.Checked(true));
            assertThat(node.next()).isNull();
            assertThat(node.protocol.wakeAt()).isEqualTo(node.now + 1);

            node.turn(1);
            assertThat(node.next()).isNull();
            assertThat(node.the(Notice.Distrusted.class).why().code()).isEqualTo("DEAF");
        }
    }

    @Nested
    class Rule2Startable {
        @Test
        void runIsSentAtOnceWithEvidence() {
            hear("7 run 5, 7 clean 5");
            node.granted(1, KEY);

            assertThat(node.take(Request.Run.class).locks()).containsExactly(KEY);
        }

        @Test
        void runIsSentAfterTheSettleWithoutEvidenceAndNotBefore() {
            Notice.Granted granted = node.granted(1, KEY);
            assertThat(granted.startNotBefore()).isEqualTo(node.now + LEASE.settle());
            node.pass(LEASE.settle() - 1);
            assertThat(node.next()).isNull();
            assertThat(node.protocol.wakeAt()).isEqualTo(granted.startNotBefore());

            node.turn(1);
            assertThat(node.take(Request.Run.class).locks()).containsExactly(KEY);
        }

        @Test
        void onlyTheReplyToRunMakesAHoldStartable() {
            hear("7 run 5, 7 clean 5");
            Notice.Granted granted = node.granted(1, KEY);
            node.take(Request.Run.class);
            node.hearRun(BACKEND, KEY, 6);
            assertThat(node.nothingTold()).isTrue();

            node.answer(new Reply.Ran(Map.of(KEY, 6L)));
            assertThat(node.told()).containsExactly(new Notice.Startable(granted.hold(), 6));
        }

        @Test
        void aRunWhoseReplyIsLostMakesNothingStartable() {
            hear("7 run 5, 7 clean 5");
            Notice.Granted granted = node.granted(1, KEY);
            node.take(Request.Run.class);
            node.loseAnswer();
            node.protocol.disconnected(Loss.DISCONNECTED);

            assertThat(node.told()).containsExactly(new Notice.Lost(granted.hold(), Loss.DISCONNECTED));
        }

        @Test
        void aHoldRunsOnce() {
            node.startable(1, KEY, 5);
            node.pass(3 * LEASE.nanos());

            assertThat(node.nothingTold()).isTrue();
            assertThat(node.next()).isNull();
        }
    }

    @Nested
    class Rule3Clean {
        @Test
        void aTermThatRanSaysCleanWithItsTokenAndUnlocksAfterItsReply() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            Request.Clean clean = node.take(Request.Clean.class);
            assertThat(clean.terms()).containsExactly(new Request.Term(KEY, 5));

            node.answer(new Reply.Did(Set.of(KEY)));
            assertThat(node.take(Request.Unlock.class).locks()).containsExactly(KEY);
        }

        @Test
        void nothingIsSaidBeforeTheClaimantGivesUp() {
            node.startable(1, KEY, 5);
            node.protocol.withdraw(1);

            assertThat(node.next()).isNull();
        }

        @Test
        void aHoldGivenUpWhileSettlingOnlyUnlocks() {
            Notice.Granted granted = node.granted(1, KEY);
            node.protocol.release(granted.hold());

            assertThat(node.take(Request.Unlock.class).locks()).containsExactly(KEY);
        }

        @Test
        void aHoldGivenUpWithEvidenceButBeforeRunOnlyUnlocks() {
            hear("7 run 5, 7 clean 5");
            Notice.Granted granted = node.granted(1, KEY);
            node.protocol.release(granted.hold());

            assertThat(node.take(Request.Unlock.class).locks()).containsExactly(KEY);
        }

        @Test
        void aHoldGivenUpWhileRunIsOutSaysCleanAndIsNeverStartable() {
            hear("7 run 5, 7 clean 5");
            Notice.Granted granted = node.granted(1, KEY);
            node.take(Request.Run.class);
            node.protocol.release(granted.hold());
            node.answer(new Reply.Ran(Map.of(KEY, 6L)));

            assertThat(node.nothingTold()).isTrue();
            assertThat(node.take(Request.Clean.class).terms()).containsExactly(new Request.Term(KEY, 6));
        }

        @Test
        void nothingStartsUnderAHoldAfterItsClean() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.cleaned();
            node.pass(LEASE.heartbeat());
            node.take(Request.Unlock.class);
            node.pass(2 * LEASE.settle());

            assertThat(node.nothingTold()).isTrue();
        }

        @Test
        void afterAReconnectNothingIsSaidOfTheEarlierTerm() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.connect();
            node.protocol.withdraw(1);
            node.protocol.release(term.hold());

            assertThat(node.next()).isNull();
        }
    }

    @Nested
    class Rule4Guard {
        @Test
        void aRunThatSaidNothingEndsTheSession() {
            hear("7 run 5, 7 clean 5");
            Notice.Granted granted = node.granted(1, KEY);
            node.take(Request.Run.class);
            node.answer(new Reply.Ran(Map.of()));

            assertThat(node.told())
                    .containsExactly(
                            new Notice.Lost(granted.hold(), Loss.REVOKED), new Notice.Distrusted(Problems.lockGone()));
        }

        @Test
        void aRunThatWasSaidForSomeEndsTheSessionForAll() {
            hear("7 run 5, 7 clean 5, 7 run* 5, 7 clean* 5");
            node.protocol.claim(1, KEY);
            node.protocol.claim(2, OTHER_KEY);
            node.got(KEY, OTHER_KEY);
            node.marked();
            node.told();
            node.take(Request.Run.class);
            node.answer(new Reply.Ran(Map.of(KEY, 6L)));

            assertThat(node.told())
                    .hasSize(3)
                    .noneMatch(Notice.Startable.class::isInstance)
                    .contains(new Notice.Distrusted(Problems.lockGone()));
        }

        @Test
        void aCleanThatSaidNothingEndsTheSessionBeforeTheUnlock() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.protocol.release(term.hold());
            node.take(Request.Clean.class);
            node.answer(new Reply.Did(Set.of()));

            assertThat(node.told()).containsExactly(new Notice.Distrusted(Problems.lockGone()));
            assertThat(node.next()).isNull();
        }

        @Test
        void anUnlockOfWhatIsNotHeldEndsTheSession() {
            Notice.Granted granted = node.granted(1, KEY);
            node.protocol.release(granted.hold());
            node.take(Request.Unlock.class);
            node.answer(new Reply.Did(Set.of()));

            assertThat(node.told()).containsExactly(new Notice.Distrusted(Problems.lockGone()));
        }
    }

    @Nested
    class Rule5Settle {
        @Test
        void itCountsFromTheReceiptOfTheGrantsReply() {
            node.protocol.claim(1, KEY);
            node.take(Request.Try.class);
            node.turn(700 * MILLI);
            long received = node.now;
            node.answer(new Reply.Got(Set.of(KEY), true));
            node.turn(300 * MILLI);
            node.marked();

            assertThat(node.the(Notice.Granted.class).startNotBefore()).isEqualTo(received + LEASE.settle());
        }

        @Test
        void itIsLongerThanALeaseEvenOnClocksThatDifferByTenPercentEach() {
            assertThat(LEASE.settle() / 1.1).isGreaterThanOrEqualTo(LEASE.nanos() / 0.9);
        }

        @Test
        void itIsNeverCarriedOverToAnotherSession() {
            node.granted(1, KEY);
            node.pass(LEASE.settle() - SECOND);
            node.protocol.disconnected(Loss.DISCONNECTED);
            long hold = node.the(Notice.Lost.class).hold();
            node.protocol.release(hold);
            node.connect();
            node.got(KEY);
            node.marked();

            assertThat(node.the(Notice.Granted.class).startNotBefore()).isEqualTo(node.now + LEASE.settle());
        }

        @Test
        void itIsNeverCarriedOverToAnotherHold() {
            Notice.Granted first = node.granted(1, KEY);
            node.pass(LEASE.settle() - SECOND);
            node.protocol.release(first.hold());
            node.unlocked();
            node.got(KEY);
            node.marked();

            assertThat(node.the(Notice.Granted.class).startNotBefore()).isEqualTo(node.now + LEASE.settle());
        }

        @Test
        void eachHoldHasItsOwn() {
            node.protocol.claim(1, KEY);
            node.protocol.claim(2, OTHER_KEY);
            node.got(KEY);
            node.marked();
            Notice.Granted first = node.the(Notice.Granted.class);
            node.pass(2 * SECOND);
            node.hearFree(7, OTHER_KEY);
            node.got(OTHER_KEY);
            node.marked();
            Notice.Granted second = node.the(Notice.Granted.class);
            assertThat(second.startNotBefore() - first.startNotBefore()).isEqualTo(2 * SECOND);

            node.pass(first.startNotBefore() - node.now);
            assertThat(node.take(Request.Run.class).locks()).containsExactly(KEY);
        }
    }

    @Nested
    class Rule6Trust {
        @Test
        void itCountsFromTheSendingOfTheCheck() {
            node.startable(1, KEY, 5);
            node.told();
            node.nextBeat();
            long sent = node.now;
            node.turn(SECOND);
            node.answer(new Reply.Checked(true));

            assertThat(node.told()).containsExactly(new Notice.Confirmed(new Sent(sent, 0)));
        }

        @Test
        void ofAGrantItCountsFromTheSendingOfTheTry() {
            node.protocol.claim(1, KEY);
            long sent = node.now;
            node.take(Request.Try.class);
            node.turn(500 * MILLI);
            node.answer(new Reply.Got(Set.of(KEY), true));
            node.turn(500 * MILLI);
            node.marked();

            assertThat(node.the(Notice.Granted.class).sent()).isEqualTo(new Sent(sent, 0));
        }

        @Test
        void checksGoOnDuringASettle() {
            node.granted(1, KEY);
            node.pass(LEASE.settle());

            List<Notice> told = node.told();
            assertThat(told).hasSizeBetween(5, 7).allMatch(Notice.Confirmed.class::isInstance);
            Notice.Confirmed last = (Notice.Confirmed) told.get(told.size() - 1);
            assertThat(node.now - last.sent().at()).isLessThanOrEqualTo(LEASE.heartbeat());
        }

        @Test
        void aCheckThatFailsEndsTheSession() {
            Notice.Startable term = node.startable(1, KEY, 5);
            node.turn(LEASE.heartbeat());
            node.take(Request.Beat.class);
            node.answer(new Reply.Checked(false));

            assertThat(node.told())
                    .containsExactly(
                            new Notice.Lost(term.hold(), Loss.REVOKED), new Notice.Distrusted(Problems.lockGone()));
        }

        @Test
        void aReplyThatComesAfterTheSessionsEndConfirmsNothing() {
            node.startable(1, KEY, 5);
            node.turn(LEASE.heartbeat());
            node.take(Request.Beat.class);
            node.protocol.disconnected(Loss.DISCONNECTED);
            node.told();
            node.answer(new Reply.Checked(true));

            assertThat(node.told()).isEmpty();
        }
    }
}
