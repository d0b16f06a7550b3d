package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.postgres.SimFault.Kind;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimOptions.Mistake;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;

/** Plausible mistakes, one rule dropped in each. */
final class SimMutants {
    private SimMutants() {}

    /**
     * A mistake.
     *
     * @param options a simulation that makes it
     * @param seeds within how many seeds it must be found
     */
    record Mutant(SimOptions options, int seeds) {}

    static Map<String, Mutant> all() {
        Map<String, Mutant> all = new LinkedHashMap<>();
        ofTheProtocol(all);
        ofTheSession(all);
        ofTheCore(all);
        SimLedgerMutants.addTo(all);
        return all;
    }

    /** Without a ledger: each mistake is to be found there, too. */
    private static SimOptions real() {
        return SimOptions.real().kept(SimKeeping.Kept.NEVER);
    }

    private static void ofTheProtocol(Map<String, Mutant> all) {
        SimOptions real = real();
        all.put("starts without a settle", new Mutant(real.protocol(NoSettle::new), 100));
        all.put(
                "settles for one lease only",
                new Mutant(real.protocol(SettleTooShort::new).grim(), 3000));
        all.put(
                "settles from the sending of the try",
                new Mutant(real.protocol(SettleFromSending::new).grim(), 3000));
        all.put("settles from its connection on", new Mutant(real.protocol(SettleFromConnecting::new), 1000));
        all.put("carries a settle over to another hold", new Mutant(real.protocol(SettleCarriedOver::new), 1000));
        all.put(
                "does not settle after its own session was ended",
                new Mutant(real.protocol(NoSettleAfterEnd::new), 1000));
        all.put("trusts from the reply on", new Mutant(real.protocol(TrustFromReply::new), 10000));
        all.put("does not look at what a check says", new Mutant(real.protocol(ChecksIgnored::new), 1000));
        all.put("takes any reply for a check", new Mutant(real.protocol(AnyReplyIsACheck::new), 10000));
        all.put("keeps evidence over a reconnect", new Mutant(real.protocol(EvidenceKept::new), 2000));
        all.put("takes any clean for evidence, whatever ran since", new Mutant(real.protocol(RunNotHeard::new), 1000));
        all.put("does not wait for its mark", new Mutant(real.protocol(MarkNotAwaited::new), 5000));
        all.put("takes another's mark for its own", new Mutant(real.protocol(AnyMark::new), 10000));
        all.put("says clean of a term that never ran", new Mutant(real.protocol(CleanBeforeRun::new), 10000));
        all.put(
                "says clean of an earlier session's term",
                new Mutant(real.protocol(CleanOnAnotherSession::new), 10000));
        all.put("does not look at what run says", new Mutant(real.protocol(RunIgnored::new), 10000));
        all.put("says run and clean of locks it does not hold", new Mutant(real.unguarded(), 10000));
        all.put(
                "takes what it holds again, so that locks stack",
                new Mutant(real.protocol(TriesWhatItHolds::new), 1000));
        all.put("unlocks what an earlier hold has lost", new Mutant(real.protocol(UnlocksTwice::new), 10000));
        all.put(
                "waits to be told that a key is free, and never polls",
                new Mutant(real.protocol(NeverPolls::new), 1000));
        all.put("keeps its holds when its session ends", new Mutant(real.protocol(HoldsKept::new), 1000));
    }

    private static void ofTheSession(Map<String, Mutant> all) {
        all.put(
                "takes the reply to an older check for the latest one's",
                of(Mistake.ASKS_AGAIN_ON_THE_SAME_CONNECTION, 10000));
        all.put("reads the clock after sending", of(Mistake.READS_THE_CLOCK_AFTER_SENDING, 10000));
        all.put("gives up connecting", of(Mistake.GIVES_UP_CONNECTING, 1000));
        all.put("keeps a hold over a reconnect, and renews it", of(Mistake.KEEPS_ITS_HOLD_OVER_A_RECONNECT, 1000));
        SimOptions forgets = real().mistake(Mistake.FORGETS_A_GRANT_THAT_COMES_TOO_LATE);
        all.put("forgets a grant that comes too late", new Mutant(forgets.aim(Kind.STEP_DOWN, Moment.MARKED), 1000));
        all.put("makes its token without the timeline", of(Mistake.TOKEN_WITHOUT_ITS_TIMELINE, 1000));
        all.put("makes its token of a transaction that is not flushed", of(Mistake.TOKEN_OF_A_BARE_TRANSACTION, 10000));
        all.put("makes its token before it has the lock", of(Mistake.TOKEN_FROM_BEFORE_THE_GRANT, 100));
    }

    private static void ofTheCore(Map<String, Mutant> all) {
        all.put("releases when the stop begins", of(Mistake.RELEASES_WHEN_THE_STOP_BEGINS, 500));
        all.put("releases when the kill is sent", of(Mistake.RELEASES_WHEN_THE_KILL_IS_SENT, 1000));
        all.put("starts without a look at the lease", of(Mistake.STARTS_WITHOUT_A_LOOK_AT_THE_LEASE, 10000));
        all.put("starts before the reply to run", of(Mistake.STARTS_WHEN_RUN_IS_SENT, 2000));
        all.put("begins its stop when the lease ends", of(Mistake.STOPS_WHEN_THE_LEASE_ENDS, 1000));
        all.put("halts when the lease ends", of(Mistake.HALTS_WHEN_THE_LEASE_ENDS, 1000));
        all.put("does not count what its machine has slept", of(Mistake.COUNTS_NO_SUSPENDED_TIME, 1000));
        all.put("measures by the wall clock", of(Mistake.MEASURES_BY_THE_WALL_CLOCK, 1000));
    }

    private static Mutant of(Mistake mistake, int seeds) {
        return new Mutant(real().mistake(mistake), seeds);
    }

    private static final class NoSettle extends PostgresProtocol {
        NoSettle(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        long startNotBeforeOf(boolean evidence, Lease before, long settlesFrom, long now) {
            return now;
        }
    }

    private static final class SettleTooShort extends PostgresProtocol {
        SettleTooShort(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        long startNotBeforeOf(boolean evidence, Lease before, long settlesFrom, long now) {
            return evidence ? now : settlesFrom + before.nanos();
        }
    }

    private static final class SettleFromSending extends PostgresProtocol {
        SettleFromSending(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        long settleFromOf(Sent sent, long receivedAt) {
            return sent.at();
        }
    }

    private static final class SettleCarriedOver extends PostgresProtocol {
        private long first = Long.MAX_VALUE;

        SettleCarriedOver(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        long settleFromOf(Sent sent, long receivedAt) {
            first = Math.min(first, receivedAt);
            return first;
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (request instanceof Request.Run) {
                first = Long.MAX_VALUE;
            }
            super.reply(request, reply, sent, now);
        }
    }

    private static final class TrustFromReply extends PostgresProtocol {
        TrustFromReply(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        Sent trustFromOf(Sent sent, long receivedAt) {
            return new Sent(receivedAt, sent.leap());
        }
    }

    private static final class ChecksIgnored extends PostgresProtocol {
        ChecksIgnored(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            super.reply(request, request instanceof Request.Beat ? new Reply.Checked(true) : reply, sent, now);
        }
    }

    private static final class EvidenceKept extends PostgresProtocol {
        EvidenceKept(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void forgetWhatWasHeard() {}
    }

    private static final class MarkNotAwaited extends PostgresProtocol {
        private int backend;

        MarkNotAwaited(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            backend = backendPid;
            super.connected(backendPid, now);
        }

        @Override
        Request next(long now) {
            Request request = super.next(now);
            if (request instanceof Request.Mark mark) {
                heard(backend, "mark " + mark.nonce(), now);
            }
            return request;
        }
    }

    /** It cleans what it gives up while settling, and those who have heard no run take its word for it. */
    private static final class CleanBeforeRun extends PostgresProtocol {
        private final Set<LockId> ran = new HashSet<>();
        private Request.Unlock unlock;

        CleanBeforeRun(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            ran.clear();
            unlock = null;
            super.connected(backendPid, now);
        }

        @Override
        Request next(long now) {
            if (unlock != null) {
                Request.Unlock next = unlock;
                unlock = null;
                return next;
            }
            Request request = super.next(now);
            if (request instanceof Request.Run run) {
                ran.addAll(run.locks());
            }
            if (request instanceof Request.Unlock next && !ran.containsAll(next.locks())) {
                unlock = next;
                List<LockId> unclean = next.locks().stream()
                        .filter(lock -> !ran.contains(lock))
                        .toList();
                return new Request.Clean(
                        unclean.stream().map(lock -> new Request.Term(lock, 0)).toList());
            }
            return request;
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (request instanceof Request.Unlock done) {
                done.locks().forEach(ran::remove);
            }
            if (!(request instanceof Request.Clean && unlock != null)) {
                super.reply(request, reply, sent, now);
            }
        }
    }

    private static final class SettleFromConnecting extends PostgresProtocol {
        private long connectedAt;

        SettleFromConnecting(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            connectedAt = now;
            super.connected(backendPid, now);
        }

        @Override
        long settleFromOf(Sent sent, long receivedAt) {
            return connectedAt;
        }
    }

    /** "The server went down, and everybody's session with it." */
    private static final class NoSettleAfterEnd extends PostgresProtocol {
        private boolean ended;

        NoSettleAfterEnd(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void disconnected(Loss why) {
            ended = true;
            super.disconnected(why);
        }

        @Override
        long startNotBeforeOf(boolean evidence, Lease before, long settlesFrom, long now) {
            return ended ? now : super.startNotBeforeOf(evidence, before, settlesFrom, now);
        }
    }

    /** "It has answered, so it is there, and so are my locks." */
    private static final class AnyReplyIsACheck extends PostgresProtocol {
        AnyReplyIsACheck(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            super.reply(request, reply, sent, now);
            if (!(request instanceof Request.Beat)) {
                super.reply(new Request.Beat(""), new Reply.Checked(true), sent, now);
            }
        }
    }

    private static final class RunNotHeard extends PostgresProtocol {
        RunNotHeard(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void heard(int sender, String payload, long now) {
            if (!payload.startsWith("run ")) {
                super.heard(sender, payload, now);
            }
        }
    }

    private static final class AnyMark extends PostgresProtocol {
        private int backend;

        AnyMark(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            backend = backendPid;
            super.connected(backendPid, now);
        }

        @Override
        void heard(int sender, String payload, long now) {
            super.heard(payload.startsWith("mark ") ? backend : sender, payload, now);
        }
    }

    /** It has lost its session and stopped its child; what it has to say of that, it says on the next session. */
    private static final class CleanOnAnotherSession extends PostgresProtocol {
        private final Map<LockId, Request.Term> ran = new LinkedHashMap<>();
        private Request.Clean late;
        private Request after;

        CleanOnAnotherSession(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            after = null;
            late = null;
            super.connected(backendPid, now);
        }

        @Override
        Request next(long now) {
            if (after != null) {
                Request next = after;
                after = null;
                return next;
            }
            Request request = super.next(now);
            if (request instanceof Request.Clean clean) {
                clean.terms().forEach(term -> ran.remove(term.lock()));
            }
            if (request instanceof Request.Mark && !ran.isEmpty()) {
                List<Request.Term> terms = ran.values().stream()
                        .filter(term -> phase(term.lock()) == Phase.MARKED)
                        .toList();
                terms.forEach(term -> ran.remove(term.lock()));
                if (!terms.isEmpty()) {
                    late = new Request.Clean(terms);
                    after = request;
                    return late;
                }
            }
            return request;
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (reply instanceof Reply.Ran said) {
                said.tokens().forEach((lock, token) -> ran.put(lock, new Request.Term(lock, token)));
            }
            if (!request.equals(late)) {
                super.reply(request, reply, sent, now);
            }
        }
    }

    /** "If it said nothing there was nothing to say." */
    private static final class RunIgnored extends PostgresProtocol {
        RunIgnored(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (request instanceof Request.Run run && reply instanceof Reply.Ran said) {
                Map<LockId, Long> tokens = new HashMap<>(said.tokens());
                run.locks().forEach(lock -> tokens.putIfAbsent(lock, Long.MAX_VALUE));
                super.reply(request, new Reply.Ran(tokens), sent, now);
            } else {
                super.reply(request, reply, sent, now);
            }
        }
    }

    private static final class TriesWhatItHolds extends PostgresProtocol {
        private final Set<LockId> held = new HashSet<>();

        TriesWhatItHolds(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            held.clear();
            super.connected(backendPid, now);
        }

        @Override
        Request next(long now) {
            Request request = super.next(now);
            if (request instanceof Request.Beat && !held.isEmpty()) {
                return new Request.Try(List.copyOf(held)); // "if it still says yes, all is well"
            }
            return request;
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (request instanceof Request.Try attempt && held.containsAll(attempt.locks())) {
                boolean good = reply instanceof Reply.Got got && got.locks().containsAll(attempt.locks());
                super.reply(new Request.Beat(""), new Reply.Checked(good), sent, now);
                return;
            }
            if (reply instanceof Reply.Got got) {
                held.addAll(got.locks());
            } else if (request instanceof Request.Unlock unlock) {
                unlock.locks().forEach(held::remove);
            }
            super.reply(request, reply, sent, now);
        }
    }

    /** What it gives up after a loss, it unlocks on the next session, too. */
    private static final class UnlocksTwice extends PostgresProtocol {
        private final Set<LockId> lost = new HashSet<>();
        private Request.Unlock extra;

        UnlocksTwice(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        Request next(long now) {
            Request request = super.next(now);
            if (request == null && !lost.isEmpty()) {
                extra = new Request.Unlock(List.copyOf(lost));
                lost.clear();
                return extra;
            }
            return request;
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (request == extra) {
                return;
            }
            if (request instanceof Request.Run run) {
                lost.addAll(run.locks());
            }
            super.reply(request, reply, sent, now);
        }
    }

    private static final class NeverPolls extends PostgresProtocol {
        private final Set<LockId> free = new HashSet<>();
        private boolean first;

        NeverPolls(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            first = true;
            super.connected(backendPid, now);
        }

        @Override
        void heard(int sender, String payload, long now) {
            if (Message.parse(payload) instanceof Message.Free message) {
                free.add(message.lock());
            }
            super.heard(sender, payload, now);
        }

        @Override
        Request next(long now) {
            Request request = super.next(now);
            if (request instanceof Request.Try attempt && !first) {
                List<LockId> told =
                        attempt.locks().stream().filter(free::remove).toList();
                return told.isEmpty() ? null : new Request.Try(told);
            }
            first &= !(request instanceof Request.Try);
            return request;
        }
    }

    /** "A connection comes and goes; the locks are mine." */
    private static final class HoldsKept extends PostgresProtocol {
        HoldsKept(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void disconnected(Loss why) {}
    }
}
