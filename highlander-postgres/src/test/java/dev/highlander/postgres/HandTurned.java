package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A protocol stepped by hand: time stands still until it is turned, and the server says what the test lets it say. */
final class HandTurned {
    static final Lease LEASE = Lease.of(Duration.ofSeconds(10));
    static final LockId LEASE_LOCK = new LockId(1, 10_000, true);
    static final LockId KEY = LockId.of(42);
    static final LockId OTHER_KEY = LockId.of(43);
    static final int BACKEND = 100;
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1000 * MILLI;

    final PostgresProtocol protocol;
    long now = 5 * SECOND;
    private final List<Notice> told = new ArrayList<>();
    private Request asked;
    private Sent sent;

    HandTurned() {
        this(new PostgresProtocol(LEASE, LEASE_LOCK, () -> 0.5));
    }

    HandTurned(PostgresProtocol protocol) {
        this.protocol = protocol;
    }

    /** Connected, with its first check confirmed. */
    static HandTurned connected() {
        HandTurned turned = new HandTurned();
        turned.connect();
        return turned;
    }

    /** The same on a session that keeps a ledger, for leases up to that. */
    static HandTurned keepingLedger(Lease ceiling) {
        HandTurned turned = new HandTurned();
        turned.connectKeepingLedger(ceiling);
        return turned;
    }

    void connectKeepingLedger(Lease ceiling) {
        protocol.connected(BACKEND, now);
        protocol.keepsLedger(ceiling, now);
        firstBeat();
    }

    void connect() {
        connect(BACKEND);
    }

    void connect(int backend) {
        protocol.connected(backend, now);
        firstBeat();
    }

    private void firstBeat() {
        take(Request.Beat.class);
        answer(new Reply.Checked(true));
        protocol.takeNotices();
        told.clear();
    }

    void turn(long nanos) {
        now += nanos;
    }

    /** Turns the time on by {@code nanos}; every check on the way is good, and no try gets anything. */
    void pass(long nanos) {
        long end = now + nanos;
        while (now < end) {
            now = isRoutine(next()) ? now : Math.min(end, asked == null ? Math.max(now + 1, protocol.wakeAt()) : end);
            while (isRoutine(next())) {
                answer(asked instanceof Request.Beat ? new Reply.Checked(true) : new Reply.Got(Set.of(), true));
            }
        }
    }

    /** Turns the time on until a check is asked for. */
    Request.Beat nextBeat() {
        while (!(next() instanceof Request.Beat)) {
            turn(protocol.wakeAt() - now);
        }
        return take(Request.Beat.class);
    }

    private static boolean isRoutine(Request request) {
        return request instanceof Request.Beat || request instanceof Request.Try;
    }

    /** What the protocol asks for now, checks included; null for nothing. */
    Request next() {
        if (asked == null) {
            asked = protocol.next(now);
            sent = new Sent(now, 0);
        }
        return asked;
    }

    /** What it asks for now, which must be of that kind. */
    <R extends Request> R take(Class<R> kind) {
        Request request = next();
        if (!kind.isInstance(request)) {
            throw new AssertionError("expected " + kind.getSimpleName() + " but was asked for " + request);
        }
        return kind.cast(request);
    }

    /** Answers what was asked for last. */
    void answer(Reply reply) {
        Request request = asked;
        asked = null;
        protocol.reply(request, reply, sent, now);
    }

    /** The answer is lost for good, and the session with it. */
    void loseAnswer() {
        asked = null;
    }

    void hear(int sender, String payload) {
        protocol.heard(sender, payload, now);
    }

    void hearRun(int sender, LockId lock, long token) {
        hear(sender, "run " + lock.wire() + " " + token + " " + LEASE.length().toMillis());
    }

    void hearClean(int sender, LockId lock, long token) {
        hear(sender, "clean " + lock.wire() + " " + token);
    }

    void hearFree(int sender, LockId lock) {
        hear(sender, "free " + lock.wire());
    }

    // Whole steps.

    void got(LockId... locks) {
        take(Request.Try.class);
        answer(new Reply.Got(Set.of(locks), true));
    }

    void marked() {
        Request.Mark mark = take(Request.Mark.class);
        hear(BACKEND, "mark " + mark.nonce());
        answer(new Reply.Checked(true));
    }

    void marked(LedgerView ledger) {
        Request.Mark mark = take(Request.Mark.class);
        hear(BACKEND, "mark " + mark.nonce());
        answer(new Reply.Read(ledger));
    }

    void ran(long token) {
        Request.Run run = take(Request.Run.class);
        Map<LockId, Long> tokens = new LinkedHashMap<>();
        for (LockId lock : run.locks()) {
            hearRun(BACKEND, lock, token);
            tokens.put(lock, token);
        }
        answer(new Reply.Ran(tokens));
    }

    void cleaned() {
        Request.Clean clean = take(Request.Clean.class);
        clean.terms().forEach(term -> hearClean(BACKEND, term.lock(), term.token()));
        answer(did(clean.terms().stream().map(Request.Term::lock).toList()));
    }

    void unlocked() {
        Request.Unlock unlock = take(Request.Unlock.class);
        unlock.locks().forEach(lock -> hearFree(BACKEND, lock));
        answer(did(unlock.locks()));
    }

    private static Reply did(Collection<LockId> locks) {
        return new Reply.Did(Set.copyOf(locks));
    }

    /** Claims the key, is granted it, and has read up to its mark. */
    Notice.Granted granted(long claim, LockId lock) {
        protocol.claim(claim, lock);
        got(lock);
        marked();
        return the(Notice.Granted.class);
    }

    /** Claims the key and waits until it may start. */
    Notice.Startable startable(long claim, LockId lock, long token) {
        Notice.Granted granted = granted(claim, lock);
        pass(granted.startNotBefore() - now);
        ran(token);
        return the(Notice.Startable.class);
    }

    // What was told.

    /** What was told since this was last asked. */
    List<Notice> told() {
        told.addAll(protocol.takeNotices());
        List<Notice> all = List.copyOf(told);
        told.clear();
        return all;
    }

    /** The only notice of that kind among those told since this was last asked; checks that were confirmed don't count. */
    <N extends Notice> N the(Class<N> kind) {
        List<N> found = told().stream().filter(kind::isInstance).map(kind::cast).toList();
        if (found.size() != 1) {
            throw new AssertionError("expected one " + kind.getSimpleName() + " but got " + found);
        }
        return found.get(0);
    }

    /** Whether anything but confirmed checks was told since this was last asked. */
    boolean nothingTold() {
        return told().stream().allMatch(Notice.Confirmed.class::isInstance);
    }
}
