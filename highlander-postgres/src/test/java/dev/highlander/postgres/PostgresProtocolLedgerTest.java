package dev.highlander.postgres;

import static dev.highlander.postgres.HandTurned.BACKEND;
import static dev.highlander.postgres.HandTurned.KEY;
import static dev.highlander.postgres.HandTurned.OTHER_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.postgres.LedgerRow.End;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The protocol on a session that keeps a ledger: when it reads, what it makes of it, when it says that it is open. */
class PostgresProtocolLedgerTest {
    private static final Lease CEILING = Lease.of(Duration.ofSeconds(30));
    private static final Lease SHORT = Lease.of(Duration.ofSeconds(2));
    private static final Lineage HERE = new Lineage(7, 3);
    private static final Lineage BEFORE = new Lineage(7, 2);

    private final HandTurned node = HandTurned.keepingLedger(CEILING);

    private static LedgerView says(End end, Lineage written) {
        return new LedgerView(HERE, null, CEILING, Map.of(KEY, new LedgerRow(end, SHORT, written, "relay")));
    }

    private static LedgerView saysNothing(Lineage open) {
        return new LedgerView(HERE, open, CEILING, Map.of());
    }

    private long settleAfter(LedgerView ledger) {
        node.protocol.claim(1, KEY);
        node.got(KEY);
        long granted = node.now;
        node.turn(HandTurned.MILLI);
        node.marked(ledger);
        return node.the(Notice.Granted.class).startNotBefore() - granted;
    }

    @Test
    void theLedgerIsReadOfWhatWasGrantedAfterItWasGranted() {
        node.protocol.claim(1, KEY);
        node.protocol.claim(2, OTHER_KEY);
        assertThat(node.next()).isInstanceOf(Request.Try.class);
        node.got(KEY);

        assertThat(node.take(Request.Mark.class).locks()).containsExactly(KEY);
    }

    @Test
    void aCleanRowOfThePresentHistoryStartsAtOnce() {
        assertThat(settleAfter(says(End.CLEAN, HERE))).isEqualTo(HandTurned.MILLI);
        assertThat(node.next()).isInstanceOf(Request.Run.class);
    }

    @Test
    void aCleanRowOfAnEarlierTimelineWaitsForTheLongestLeaseOfAll() {
        assertThat(settleAfter(says(End.CLEAN, BEFORE))).isEqualTo(CEILING.settle());
    }

    @Test
    void aTermWithoutAnEndWaitsForItsOwnLease() {
        assertThat(settleAfter(says(End.NONE, HERE))).isEqualTo(SHORT.settle());
        node.pass(SHORT.settle() - HandTurned.MILLI - 1);
        assertThat(node.next()).isNull();

        node.turn(1);
        assertThat(node.next()).isInstanceOf(Request.Run.class);
    }

    @Test
    void noRowWaitsUntilTheNamespaceIsOpen() {
        assertThat(settleAfter(saysNothing(null))).isEqualTo(CEILING.settle());
    }

    @Test
    void noRowInANamespaceThatIsOpenStartsAtOnce() {
        assertThat(settleAfter(saysNothing(HERE))).isEqualTo(HandTurned.MILLI);
    }

    @Test
    void whatWasHeardIsEvidenceWhateverTheLedgerSays() {
        node.hearRun(7, KEY, 5);
        node.hearClean(7, KEY, 5);

        assertThat(settleAfter(says(End.CLEAN, BEFORE))).isEqualTo(HandTurned.MILLI);
    }

    @Test
    void whatWasHeardOfAnotherLeaseIsNoReasonToDistrust() {
        node.hear(7, "run " + KEY.wire() + " 5 2000");

        assertThat(node.nothingTold()).isTrue();
        assertThat(settleAfter(says(End.NONE, HERE))).isEqualTo(SHORT.settle());
    }

    @Test
    void withoutALedgerItIs() {
        HandTurned without = HandTurned.connected();
        without.hear(7, "run " + KEY.wire() + " 5 2000");

        assertThat(without.the(Notice.Distrusted.class).why().code()).isEqualTo("LEASE_DIFFERS");
    }

    @Test
    void theReplyMayComeBeforeTheMarkIsHeard() {
        node.protocol.claim(1, KEY);
        node.got(KEY);
        Request.Mark mark = node.take(Request.Mark.class);
        node.answer(new Reply.Read(says(End.CLEAN, HERE)));
        assertThat(node.nothingTold()).isTrue();

        node.hear(BACKEND, "mark " + mark.nonce());
        assertThat(node.the(Notice.Granted.class).startNotBefore()).isEqualTo(node.now);
    }

    @Test
    void whatAnEarlierSessionReadIsWorthNothing() {
        node.protocol.claim(1, KEY);
        node.got(KEY);
        node.take(Request.Mark.class);
        node.answer(new Reply.Read(says(End.CLEAN, HERE)));
        node.protocol.disconnected(Loss.DISCONNECTED);
        node.connectKeepingLedger(CEILING);
        node.got(KEY);
        Request.Mark mark = node.take(Request.Mark.class);
        node.hear(BACKEND, "mark " + mark.nonce());
        assertThat(node.nothingTold()).isTrue();

        node.answer(new Reply.Read(says(End.NONE, HERE)));
        assertThat(node.the(Notice.Granted.class).startNotBefore()).isEqualTo(node.now + SHORT.settle());
    }

    @Test
    void anAnswerThatIsNotFromTheLedgerIsNone() {
        node.protocol.claim(1, KEY);
        node.got(KEY);
        node.take(Request.Mark.class);

        assertThatIllegalArgumentException().isThrownBy(() -> node.answer(new Reply.Checked(true)));
    }

    @Test
    void aServerInRecoveryIsDistrusted() {
        node.protocol.claim(1, KEY);
        node.got(KEY);
        node.take(Request.Mark.class);
        node.answer(new Reply.Checked(false));

        assertThat(node.the(Notice.Distrusted.class).why().code()).isEqualTo("IN_RECOVERY");
    }

    @Test
    void onlySoManyLocksAreReadOfAtATime() {
        LongStream.range(0, 2 * PostgresProtocol.BATCH + 1)
                .forEach(number -> node.protocol.claim(number, LockId.of(number)));
        gotAll();
        Request.Mark mark = node.take(Request.Mark.class);
        node.answer(new Reply.Read(saysNothing(HERE)));
        gotAll();
        gotAll();
        node.hear(BACKEND, "mark " + mark.nonce());

        assertThat(mark.locks()).hasSize(PostgresProtocol.BATCH);
        assertThat(node.take(Request.Mark.class).locks()).hasSize(PostgresProtocol.BATCH);
    }

    private void gotAll() {
        Request.Try attempt = node.take(Request.Try.class);
        node.answer(new Reply.Got(new LinkedHashSet<>(attempt.locks()), true));
    }

    @Test
    void theNamespaceIsOpenedOnceASessionHasLastedForASettleOfTheLongestLease() {
        long connected = node.now;
        node.pass(CEILING.settle() - 1);
        assertThat(node.next()).isNull();
        assertThat(node.protocol.wakeAt()).isLessThanOrEqualTo(connected + CEILING.settle());

        node.turn(1);
        node.take(Request.Open.class);
        node.answer(new Reply.Checked(true));
        node.pass(3 * CEILING.settle());
        assertThat(node.next()).as("once a session").isNull();
    }

    @Test
    void eachSessionCountsFromItsOwnBeginning() {
        node.pass(CEILING.settle() - 1);
        node.protocol.disconnected(Loss.DISCONNECTED);
        node.connectKeepingLedger(CEILING);
        node.pass(CEILING.settle() - 1);
        assertThat(node.next()).isNull();

        node.turn(1);
        node.take(Request.Open.class);
    }

    @Test
    void aSessionWithoutALedgerOpensNothing() {
        node.protocol.disconnected(Loss.DISCONNECTED);
        node.connect();
        node.pass(3 * CEILING.settle());

        assertThat(node.next()).isNull();
    }
}
