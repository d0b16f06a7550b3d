package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.postgres.SimFault.Kind;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimKeeping.Kept;
import dev.highlander.postgres.SimMutants.Mutant;
import dev.highlander.postgres.SimOptions.Mistake;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** Plausible mistakes about the ledger, one part of rule 7 dropped in each. */
final class SimLedgerMutants {
    private SimLedgerMutants() {}

    static void addTo(Map<String, Mutant> all) {
        SimOptions kept = SimOptions.real().kept(Kept.ALWAYS);
        SimOptions switched = SimOptions.real().kept(Kept.SWITCHED);
        all.put("reads the ledger before it has the lock", new Mutant(kept.protocol(ReadBeforeTheGrant::new), 10000));
        all.put("goes by a row of another timeline", new Mutant(kept.protocol(AnyTimeline::new), 10000));
        all.put(
                "is let in without the ledger",
                new Mutant(kept.mistake(Mistake.LETS_A_NODE_IN_THAT_KEEPS_NO_LEDGER), 1000));
        all.put(
                "writes clean to whatever term is last",
                new Mutant(kept.unguarded().mistake(Mistake.CLEAN_OF_WHATEVER_TERM_IS_LAST), 10000));
        all.put("takes no row for clean", new Mutant(switched.protocol(NoRowIsClean::new), 10000));
        all.put("says that a namespace is open at once", new Mutant(switched.protocol(OpenAtOnce::new), 10000));
        all.put("settles for its own lease", new Mutant(kept.protocol(OwnLease::new), 10000));
        all.put(
                "writes its row in a transaction of its own",
                new Mutant(kept.mistake(Mistake.ROW_IN_A_TRANSACTION_OF_ITS_OWN), 10000));
        all.put(
                "makes its token without the ledger's epoch",
                new Mutant(kept.mistake(Mistake.TOKEN_WITHOUT_ITS_EPOCH).aim(Kind.PROMOTE, Moment.STARTED), 1000));
    }

    private static final class AnyTimeline extends PostgresProtocol {
        AnyTimeline(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        Optional<Lease> leaseLeftOf(LedgerView ledger, LockId lock) {
            LedgerRow row = ledger.last().get(lock);
            return row == null
                    ? super.leaseLeftOf(ledger, lock)
                    : super.leaseLeftOf(
                            new LedgerView(row.written(), ledger.open(), ledger.ceiling(), ledger.last()), lock);
        }
    }

    private static final class NoRowIsClean extends PostgresProtocol {
        NoRowIsClean(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        Optional<Lease> leaseLeftOf(LedgerView ledger, LockId lock) {
            return ledger.last().containsKey(lock) ? super.leaseLeftOf(ledger, lock) : Optional.empty();
        }
    }

    private static final class OpenAtOnce extends PostgresProtocol {
        OpenAtOnce(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        long openAtOf(Lease ceiling, long connectedAt) {
            return connectedAt;
        }
    }

    private static final class OwnLease extends PostgresProtocol {
        private final Lease lease;

        OwnLease(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
            this.lease = lease;
        }

        @Override
        Optional<Lease> leaseLeftOf(LedgerView ledger, LockId lock) {
            return super.leaseLeftOf(ledger, lock).map(left -> lease);
        }
    }

    /** It asks for all it tries before it tries, which saves a round trip. */
    private static final class ReadBeforeTheGrant extends PostgresProtocol {
        private final Map<LockId, LedgerRow> early = new HashMap<>();
        private Request.Try then;
        private Request.Mark look;

        ReadBeforeTheGrant(Lease lease, LockId leaseLock, DoubleSupplier random) {
            super(lease, leaseLock, random);
        }

        @Override
        void connected(int backendPid, long now) {
            then = null;
            look = null;
            super.connected(backendPid, now);
        }

        @Override
        Request next(long now) {
            if (then != null) {
                Request.Try next = then;
                then = null;
                return next;
            }
            Request request = super.next(now);
            if (request instanceof Request.Try attempt) {
                then = attempt;
                look = new Request.Mark(0, List.copyOf(attempt.locks()));
                return look;
            }
            return request;
        }

        @Override
        void reply(Request request, Reply reply, Sent sent, long now) {
            if (request == look && reply instanceof Reply.Read read) {
                look.locks().forEach(early::remove);
                early.putAll(read.ledger().last());
            } else if (request instanceof Request.Mark && reply instanceof Reply.Read read) {
                LedgerView late = read.ledger();
                super.reply(
                        request,
                        new Reply.Read(new LedgerView(late.present(), late.open(), late.ceiling(), early)),
                        sent,
                        now);
            } else {
                super.reply(request, reply, sent, now);
            }
        }
    }
}
