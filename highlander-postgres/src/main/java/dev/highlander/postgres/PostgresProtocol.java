package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.postgres.Presence.Standing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The decisions about all the keys of one node on one Postgres session: what happens and the time go in, requests and
 * notices come out. No threads, no I/O, no clock.
 *
 * <p>A lock that is granted is not yet a permission. The server may have taken it from a holder that does not know yet, so
 * the new holder waits until the old one's lease has surely ended (<em>settle</em>) — unless it has heard, on a LISTEN that
 * never broke, that the last thing said about the lock before its own grant was {@code clean}: the old holder's child was
 * down before the lock was given back. Or it reads so in the ledger, where there is one. Rules, in the numbering of the specification in {@code docs/spec}:
 *
 * <ol>
 *   <li>After the <em>reply</em> to the grant, {@code mark} is sent and notifications are read up to it; what was heard of
 *       the lock before it is the evidence. What an earlier session heard is worth nothing.
 *   <li>A hold with evidence, or settled, sends {@code run}; only its reply makes it startable. So once {@code run} of a
 *       term is out, every earlier term's child is down.
 *   <li>{@code clean} is sent only by a term that sent {@code run}, after its child is down and before the unlock, and
 *       nothing starts under that hold any more. A hold given up before {@code run} only unlocks.
 *   <li>{@code run} and {@code clean} come from statements that see this session's own lock; where they say nothing, the
 *       lock is lost.
 *   <li>The settle counts from the receipt of the grant's reply, for each hold anew.
 *   <li>Trust counts from the <em>sending</em> of a check that was then confirmed.
 *   <li>The ledger is read with {@code mark}, so after the grant; {@link LedgerView} says what counts.
 * </ol>
 *
 * One request is under way at a time: the caller asks {@link #next}, executes it, tells what notifications came with the
 * reply by {@link #heard}, then {@link #reply}. Any error ends the session: {@link #disconnected}.
 *
 * <p>The methods named {@code …Of} and {@link #forgetWhatWasHeard} are decisions that tests override, to see that without
 * them two copies run.
 */
class PostgresProtocol {
    /** The most locks in one statement, so that no statement keeps a check of trust waiting for long. */
    static final int BATCH = 1000;

    /** Beyond so many locks heard of, nothing more is remembered: no evidence costs a settle, and nothing else. */
    private static final int MEMORY = 1 << 17;

    /** What was last heard of a lock. */
    private record Heard(boolean clean, int backend, long token) {}

    enum Phase {
        GRANTED,
        MARKED,
        SETTLING,
        ANNOUNCING,
        STARTABLE,
        CLEANING,
        UNLOCKING,
        /** Its session is over; it only waits for its claimant to give it up. */
        GONE
    }

    private static final class Held {
        private final long id;
        private final long claim;
        private final LockId lock;
        private final Sent sent;
        private final long settlesFrom;
        private Phase phase = Phase.GRANTED;
        private long startNotBefore = Long.MAX_VALUE;
        private boolean evidence;
        private long token;
        private boolean told;
        private boolean givenUp;

        Held(long id, long claim, LockId lock, Sent sent, long settlesFrom) {
            this.id = id;
            this.claim = claim;
            this.lock = lock;
            this.sent = sent;
            this.settlesFrom = settlesFrom;
        }
    }

    /** Everyone here who wants a lock, the next one first, and the hold of one of them. */
    private static final class Contest {
        private final LinkedHashSet<Long> claims = new LinkedHashSet<>();
        private @Nullable Held held;
    }

    private final Lease lease;
    private final LockId leaseLock;
    private final DoubleSupplier random;
    private final Map<LockId, Contest> contests = new LinkedHashMap<>();
    private final Map<Long, LockId> claims = new HashMap<>();
    private final Map<Long, Held> holds = new LinkedHashMap<>();
    private final Map<LockId, Heard> heard = new HashMap<>();
    private final Set<LockId> tryNow = new LinkedHashSet<>();
    private final List<Notice> notices = new ArrayList<>();
    private long lastHold;
    private long lastNonce;
    private long markOut = -1;
    private long markBy;
    private int backend;
    private boolean connected;
    private boolean closing;
    private boolean markHeard;
    private boolean markAnswered;
    private @Nullable LedgerView read;
    private boolean keepsLedger;
    private long openAt = Long.MAX_VALUE;
    private long beatAt;
    private long pollAt;

    /** {@code random} gives numbers in [0, 1). */
    PostgresProtocol(Lease lease, LockId leaseLock, DoubleSupplier random) {
        this.lease = lease;
        this.leaseLock = leaseLock;
        this.random = random;
    }

    // What claimants want.

    void claim(long claim, LockId lock) {
        if (closing) {
            return;
        }
        claims.put(claim, lock);
        contest(lock).claims.add(claim);
        wantNow(lock);
    }

    void withdraw(long claim) {
        LockId lock = claims.remove(claim);
        if (lock == null) {
            return;
        }
        Contest contest = contest(lock);
        contest.claims.remove(claim);
        if (contest.held != null && contest.held.claim == claim && !contest.held.told) {
            giveUp(contest.held); // released unseen
        }
        forgetIfIdle(lock, contest);
    }

    void release(long hold) {
        Held held = holds.get(hold);
        if (held != null) {
            giveUp(held);
        }
    }

    private void giveUp(Held held) {
        held.givenUp = true;
        if (held.phase == Phase.GONE) {
            remove(held);
        }
    }

    /** Withdraws every claim; the session is to be kept until {@link #isFinished}. */
    void close() {
        closing = true;
        List.copyOf(claims.keySet()).forEach(this::withdraw);
    }

    boolean isFinished() {
        return closing && holds.isEmpty();
    }

    /** What this session is to a lock that somebody here wants or holds. */
    Standing standing(LockId lock) {
        Phase phase = phase(lock);
        if (phase == null || phase == Phase.GONE) {
            return Standing.WAITING;
        }
        return phase == Phase.STARTABLE ? Standing.RUNNING : Standing.HOLDING;
    }

    /** How far the hold of a lock is, if there is one. */
    @Nullable
    Phase phase(LockId lock) {
        Contest contest = contests.get(lock);
        return contest == null || contest.held == null ? null : contest.held.phase;
    }

    /** The token of the term in which that backend runs that lock's child, if this session has heard of it. */
    OptionalLong tokenHeard(LockId lock, int holder) {
        Heard last = heard.get(lock);
        return last == null || last.clean || last.backend != holder
                ? OptionalLong.empty()
                : OptionalLong.of(last.token);
    }

    /** How many holds somebody was told of and has not given up. */
    int unreleased() {
        return (int) holds.values().stream()
                .filter(held -> held.told && !held.givenUp)
                .count();
    }

    // What becomes of the session.

    void connected(int backendPid, long now) {
        connected = true;
        backend = backendPid;
        markIsOver();
        keepsLedger = false;
        openAt = Long.MAX_VALUE;
        beatAt = now;
        pollAt = now;
    }

    /**
     * The session that was just connected keeps a ledger, in which no node's lease is longer than {@code ceiling}.
     *
     * <p>Once it has lasted for a settle of that, every child is down that was started without it, or in a history of the
     * server that has ended.
     */
    void keepsLedger(Lease ceiling, long now) {
        keepsLedger = true;
        openAt = openAtOf(ceiling, now);
    }

    long openAtOf(Lease ceiling, long connectedAt) {
        return connectedAt + ceiling.settle();
    }

    /** The session is over, for whatever reason; its socket is closed, or about to be. */
    void disconnected(Loss why) {
        if (!connected) {
            return;
        }
        connected = false;
        forgetWhatWasHeard();
        for (Held held : List.copyOf(holds.values())) {
            if (held.phase == Phase.GONE) {
                continue;
            }
            held.phase = Phase.GONE;
            if (!held.told || held.givenUp) {
                remove(held);
            } else {
                notices.add(new Notice.Lost(held.id, why));
            }
        }
    }

    void forgetWhatWasHeard() {
        heard.clear();
    }

    // What is heard.

    void heard(int sender, String payload, long now) {
        Message message = Message.parse(payload);
        if (!connected || message == null) {
            return;
        }
        if (message instanceof Message.Mark mark) {
            if (sender == backend && mark.nonce() == markOut && !markHeard) {
                markHeard = true;
                inPhase(Phase.MARKED).forEach(held -> held.evidence = isClean(held.lock));
                marked(now);
            }
        } else if (message instanceof Message.Run run) {
            if (!keepsLedger && run.leaseMillis() != lease.length().toMillis()) {
                distrust(Problems.leaseDiffers(lease, run.leaseMillis()));
            } else {
                remember(run.lock(), new Heard(false, sender, run.token()));
            }
        } else if (message instanceof Message.Clean clean) {
            Heard before = heard.get(clean.lock());
            if (before == null || before.clean || (before.backend == sender && before.token == clean.token())) {
                remember(clean.lock(), new Heard(true, sender, clean.token()));
            }
        } else if (message instanceof Message.Free free) {
            wantNow(free.lock());
        }
    }

    private void remember(LockId lock, Heard what) {
        if (heard.size() < MEMORY || heard.containsKey(lock)) {
            heard.put(lock, what);
        }
    }

    private boolean isClean(LockId lock) {
        Heard last = heard.get(lock);
        return last != null && last.clean;
    }

    /** Once the mark is both heard and answered. */
    private void marked(long now) {
        if (!markHeard || !markAnswered) {
            return;
        }
        LedgerView ledger = read;
        markIsOver();
        for (Held held : inPhase(Phase.MARKED)) {
            Optional<Lease> left = ledger == null ? Optional.of(lease) : leaseLeftOf(ledger, held.lock);
            boolean evidence = held.evidence || left.isEmpty();
            held.phase = Phase.SETTLING;
            held.startNotBefore = startNotBeforeOf(evidence, left.orElse(lease), held.settlesFrom, now);
            if (!held.givenUp) {
                held.told = true;
                notices.add(new Notice.Granted(held.claim, held.id, held.lock, held.startNotBefore, held.sent));
            }
        }
    }

    private void markIsOver() {
        markOut = -1;
        markHeard = false;
        markAnswered = false;
        read = null;
    }

    Optional<Lease> leaseLeftOf(LedgerView ledger, LockId lock) {
        return ledger.leaseLeft(lock, lease);
    }

    long startNotBeforeOf(boolean evidence, Lease before, long settlesFrom, long now) {
        return evidence ? now : settlesFrom + before.settle();
    }

    // What to do next.

    /** The request to execute now, if any is due. */
    @Nullable
    Request next(long now) {
        if (!connected) {
            return null;
        }
        if (markOut >= 0 && now > markBy) {
            distrust(Problems.deaf());
            return null;
        }
        if (now >= beatAt) {
            return new Request.Beat(digest());
        }
        List<Held> clean = released(Phase.STARTABLE);
        if (!clean.isEmpty()) {
            clean.forEach(held -> held.phase = Phase.CLEANING);
            return new Request.Clean(clean.stream()
                    .map(held -> new Request.Term(held.lock, held.token))
                    .toList());
        }
        List<Held> unlock = released(Phase.UNLOCKING, Phase.GRANTED, Phase.SETTLING);
        if (!unlock.isEmpty()) {
            unlock.forEach(held -> held.phase = Phase.UNLOCKING);
            return new Request.Unlock(locksOf(unlock));
        }
        List<Held> mark =
                markOut < 0 ? inPhase(Phase.GRANTED).stream().limit(BATCH).toList() : List.of();
        if (!mark.isEmpty()) {
            mark.forEach(held -> held.phase = Phase.MARKED);
            markOut = ++lastNonce;
            markBy = now + lease.replyLimit();
            return new Request.Mark(markOut, locksOf(mark));
        }
        List<Held> run = inPhase(Phase.SETTLING).stream()
                .filter(held -> !held.givenUp && now >= held.startNotBefore)
                .limit(BATCH)
                .toList();
        if (!run.isEmpty()) {
            run.forEach(held -> held.phase = Phase.ANNOUNCING);
            return new Request.Run(locksOf(run));
        }
        if (now >= openAt) {
            openAt = Long.MAX_VALUE;
            return new Request.Open();
        }
        return nextTry(now);
    }

    private @Nullable Request nextTry(long now) {
        if (now >= pollAt) {
            tryNow.addAll(contests.keySet());
            pollAt = now + pollInterval();
        }
        List<LockId> locks = new ArrayList<>();
        for (var all = tryNow.iterator(); all.hasNext() && locks.size() < BATCH; ) {
            LockId lock = all.next();
            all.remove();
            Contest contest = contests.get(lock);
            if (contest != null && contest.held == null && !contest.claims.isEmpty()) {
                locks.add(lock);
            }
        }
        return locks.isEmpty() ? null : new Request.Try(locks);
    }

    /** When {@link #next} is to be asked again if nothing happens before. */
    long wakeAt() {
        if (!connected) {
            return Long.MAX_VALUE;
        }
        long wake = Math.min(Math.min(beatAt, openAt), contests.isEmpty() ? Long.MAX_VALUE : pollAt);
        if (markOut >= 0) {
            wake = Math.min(wake, markBy + 1);
        }
        for (Held held : holds.values()) {
            if (held.phase == Phase.SETTLING) {
                wake = Math.min(wake, held.startNotBefore);
            }
        }
        return wake;
    }

    // What came of it.

    void reply(Request request, Reply reply, Sent sent, long now) {
        if (!connected) {
            return;
        }
        if (request instanceof Request.Beat && reply instanceof Reply.Checked checked) {
            beat(checked.good(), sent, now);
        } else if (request instanceof Request.Mark && reply instanceof Reply.Read answer && keepsLedger) {
            markAnswered(answer.ledger(), now);
        } else if (request instanceof Request.Mark
                && reply instanceof Reply.Checked checked
                && !(keepsLedger && checked.good())) {
            if (checked.good()) {
                markAnswered(null, now);
            } else {
                distrust(Problems.inRecovery());
            }
        } else if (request instanceof Request.Open && reply instanceof Reply.Checked) {
            // It is written, or another node was faster.
        } else if (request instanceof Request.Try && reply instanceof Reply.Got got) {
            got(got, sent, now);
        } else if (request instanceof Request.Run run && reply instanceof Reply.Ran ran) {
            ran(run, ran);
        } else if (request instanceof Request.Clean clean && reply instanceof Reply.Did did) {
            expect(clean.terms().stream().map(Request.Term::lock).toList(), did.locks());
            inPhase(Phase.CLEANING).forEach(held -> held.phase = Phase.UNLOCKING);
        } else if (request instanceof Request.Unlock unlock && reply instanceof Reply.Did did) {
            expect(unlock.locks(), did.locks());
            unlocked(unlock.locks());
        } else {
            throw new IllegalArgumentException("A reply " + reply + " does not answer " + request + ".");
        }
    }

    private void markAnswered(@Nullable LedgerView ledger, long now) {
        markAnswered = true;
        read = ledger;
        marked(now);
    }

    private void beat(boolean good, Sent sent, long now) {
        if (good) {
            notices.add(new Notice.Confirmed(trustFromOf(sent, now)));
            beatAt = sent.at() + (holds.isEmpty() ? new PostgresBounds(lease).idleHeartbeat() : lease.heartbeat());
        } else {
            distrust(Problems.lockGone());
        }
    }

    Sent trustFromOf(Sent sent, long receivedAt) {
        return sent;
    }

    private void got(Reply.Got got, Sent sent, long now) {
        if (!got.primary()) {
            distrust(Problems.inRecovery());
            return;
        }
        for (LockId lock : got.locks()) {
            Contest contest = contest(lock);
            boolean wanted = !contest.claims.isEmpty();
            long claim = wanted ? contest.claims.iterator().next() : -1;
            Held held = new Held(++lastHold, claim, lock, trustFromOf(sent, now), settleFromOf(sent, now));
            held.givenUp = !wanted;
            contest.held = held;
            holds.put(held.id, held);
            beatAt = Math.min(beatAt, sent.at() + lease.heartbeat());
        }
    }

    long settleFromOf(Sent sent, long receivedAt) {
        return receivedAt;
    }

    private void ran(Request.Run run, Reply.Ran ran) {
        expect(run.locks(), ran.tokens().keySet());
        for (Held held : inPhase(Phase.ANNOUNCING)) {
            Long token = ran.tokens().get(held.lock);
            if (token != null) {
                held.token = token;
                held.phase = Phase.STARTABLE;
                if (!held.givenUp) {
                    notices.add(new Notice.Startable(held.id, token));
                }
            }
        }
    }

    private void unlocked(Collection<LockId> locks) {
        for (LockId lock : locks) {
            Contest contest = contests.get(lock);
            if (contest != null && contest.held != null && contest.held.phase == Phase.UNLOCKING) {
                remove(contest.held);
            }
        }
    }

    private void expect(Collection<LockId> wanted, Set<LockId> done) {
        if (!done.containsAll(wanted)) {
            distrust(Problems.lockGone());
        }
    }

    private void distrust(Problem why) {
        disconnected(Loss.REVOKED);
        notices.add(new Notice.Distrusted(why));
    }

    /** What there is to tell since the last call. */
    List<Notice> takeNotices() {
        List<Notice> taken = List.copyOf(notices);
        notices.clear();
        return taken;
    }

    // Book-keeping.

    private List<Held> inPhase(Phase phase) {
        return holds.values().stream().filter(held -> held.phase == phase).toList();
    }

    private List<Held> released(Phase... phases) {
        Set<Phase> wanted = Set.of(phases);
        return holds.values().stream()
                .filter(held -> held.givenUp && wanted.contains(held.phase))
                .limit(BATCH)
                .toList();
    }

    private static List<LockId> locksOf(List<Held> some) {
        return some.stream().map(held -> held.lock).toList();
    }

    private Contest contest(LockId lock) {
        return contests.computeIfAbsent(lock, l -> new Contest());
    }

    private void wantNow(LockId lock) {
        if (contests.containsKey(lock)) {
            tryNow.add(lock);
        }
    }

    private void remove(Held held) {
        holds.remove(held.id);
        Contest contest = contest(held.lock);
        contest.held = null;
        if (contest.claims.remove(held.claim)) {
            contest.claims.add(held.claim); // to the end: others in this process come first
        }
        wantNow(held.lock);
        forgetIfIdle(held.lock, contest);
    }

    private void forgetIfIdle(LockId lock, Contest contest) {
        if (contest.held == null && contest.claims.isEmpty()) {
            contests.remove(lock);
            tryNow.remove(lock);
        }
    }

    /** A second, half of it more or less so that nodes do not poll in step; slower when it takes several statements. */
    private long pollInterval() {
        long statements = 1L + (contests.size() - 1) / BATCH;
        return PostgresBounds.jittered(
                new PostgresBounds(lease).poll() * Math.max(1, statements), random.getAsDouble());
    }

    /** The digest of the locks that this session should hold, in the form in which the server computes it. */
    private String digest() {
        TreeSet<LockId> expected = new TreeSet<>(LockId.SERVER_ORDER);
        expected.add(leaseLock);
        for (Held held : holds.values()) {
            if (held.phase != Phase.GONE) {
                expected.add(held.lock);
            }
        }
        return Digest.of(expected);
    }
}
