package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The ledger in a server: every write with the number of its transaction, since a standby may lack the latest. */
final class SimLedger {
    private record Write(long transaction, Consumer<SimLedger> change) {}

    private final List<Write> writes = new ArrayList<>();
    private final Map<LockId, TreeMap<Long, LedgerRow>> rows = new HashMap<>();
    private Lease ceiling;
    private Lineage counted;
    private boolean open;
    private long base;

    private void write(long transaction, Consumer<SimLedger> change) {
        writes.add(new Write(transaction, change));
        change.accept(this);
    }

    /** The same without what was written later than that. */
    SimLedger upTo(long transaction) {
        SimLedger copy = new SimLedger();
        writes.stream()
                .filter(write -> write.transaction <= transaction)
                .forEach(write -> copy.write(write.transaction, write.change));
        return copy;
    }

    /** As it is after a move, where transactions are counted from the beginning again. */
    SimLedger moved() {
        SimLedger copy = new SimLedger();
        writes.forEach(write -> copy.write(0, write.change));
        return copy;
    }

    boolean exists() {
        return ceiling != null;
    }

    Lease ceiling() {
        return ceiling;
    }

    void create(long transaction, Lease longest) {
        write(transaction, ledger -> ledger.ceiling = longest);
    }

    /** From now on, in a history that is new to it. */
    void enter(long transaction, Lineage present) {
        long epoch = epoch(present);
        write(transaction, ledger -> {
            ledger.counted = present;
            ledger.base = epoch << 44;
            ledger.open = false;
        });
    }

    boolean isUsed() {
        return counted != null;
    }

    boolean isIn(Lineage present) {
        return present.equals(counted);
    }

    void open(long transaction) {
        write(transaction, ledger -> ledger.open = true);
    }

    private long epoch(Lineage present) {
        if (counted == null) {
            return present.timeline() - 1;
        }
        boolean same = counted.system() == present.system();
        return (base >> 44) + (same ? present.timeline() - counted.timeline() : present.timeline() + 64);
    }

    /** The token of a term that begins with that transaction. */
    long token(LockId lock, long transaction) {
        TreeMap<Long, LedgerRow> terms = rows.get(lock);
        long next = terms == null || terms.isEmpty() ? 0 : terms.lastKey() + 1;
        return Math.max(base | transaction, next);
    }

    void run(long transaction, LockId lock, long token, Lease lease, Lineage present) {
        write(transaction, ledger -> {
            TreeMap<Long, LedgerRow> terms = ledger.rows.computeIfAbsent(lock, unused -> new TreeMap<>());
            if (!terms.isEmpty() && terms.lastEntry().getValue().end() == LedgerRow.End.NONE) {
                terms.put(terms.lastKey(), ended(terms.lastEntry().getValue(), LedgerRow.End.LOST));
            }
            terms.put(token, new LedgerRow(LedgerRow.End.NONE, lease, present, "sim"));
        });
    }

    /** Whether there was such a term, without an end. */
    boolean clean(long transaction, LockId lock, long token) {
        TreeMap<Long, LedgerRow> terms = rows.get(lock);
        LedgerRow row = terms == null ? null : terms.get(token);
        if (row == null || row.end() != LedgerRow.End.NONE) {
            return false;
        }
        write(transaction, ledger -> ledger.rows.get(lock).put(token, ended(row, LedgerRow.End.CLEAN)));
        return true;
    }

    /** The token of the last term, or -1. */
    long lastToken(LockId lock) {
        TreeMap<Long, LedgerRow> terms = rows.get(lock);
        return terms == null || terms.isEmpty() ? -1 : terms.lastKey();
    }

    private static LedgerRow ended(LedgerRow row, LedgerRow.End how) {
        return new LedgerRow(how, row.lease(), row.written(), row.key());
    }

    LedgerView view(Lineage present, List<LockId> locks) {
        Map<LockId, LedgerRow> last = new HashMap<>();
        for (LockId lock : locks) {
            TreeMap<Long, LedgerRow> terms = rows.get(lock);
            if (terms != null && !terms.isEmpty()) {
                last.put(lock, terms.lastEntry().getValue());
            }
        }
        return new LedgerView(present, open ? counted : null, ceiling, last);
    }
}
