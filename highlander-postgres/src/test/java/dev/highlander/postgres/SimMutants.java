package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.postgres.SimOptions.Mistake;
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
        SimOptions real = SimOptions.real();
        Map<String, Mutant> all = new LinkedHashMap<>();
        all.put("starts without a settle", new Mutant(real.protocol(NoSettle::new), 100));
        all.put("settles for one lease only", new Mutant(real.protocol(SettleTooShort::new), 10000));
        all.put("settles from the sending of the try", new Mutant(real.protocol(SettleFromSending::new), 10000));
        all.put("carries a settle over to another hold", new Mutant(real.protocol(SettleCarriedOver::new), 1000));
        all.put("trusts from the reply on", new Mutant(real.protocol(TrustFromReply::new), 10000));
        all.put("does not look at what a check says", new Mutant(real.protocol(ChecksIgnored::new), 1000));
        all.put("keeps evidence over a reconnect", new Mutant(real.protocol(EvidenceKept::new), 2000));
        all.put("does not wait for its mark", new Mutant(real.protocol(MarkNotAwaited::new), 5000));
        all.put("says clean of a term that never ran", new Mutant(real.protocol(CleanBeforeRun::new), 10000));
        all.put("says run and clean of locks it does not hold", new Mutant(real.unguarded(), 10000));
        all.put("releases when the stop begins", new Mutant(real.mistake(Mistake.RELEASES_WHEN_THE_STOP_BEGINS), 500));
        all.put(
                "starts without a look at the lease",
                new Mutant(real.mistake(Mistake.STARTS_WITHOUT_A_LOOK_AT_THE_LEASE), 10000));
        all.put("starts before the reply to run", new Mutant(real.mistake(Mistake.STARTS_WHEN_RUN_IS_SENT), 2000));
        return all;
    }

    private static final class NoSettle extends PostgresProtocol {
        NoSettle(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        long startNotBeforeOf(boolean evidence, long settlesFrom, long now) {
            return now;
        }
    }

    private static final class SettleTooShort extends PostgresProtocol {
        private final Lease lease;

        SettleTooShort(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
            this.lease = lease;
        }

        @Override
        long startNotBeforeOf(boolean evidence, long settlesFrom, long now) {
            return evidence ? now : settlesFrom + lease.nanos();
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
}
