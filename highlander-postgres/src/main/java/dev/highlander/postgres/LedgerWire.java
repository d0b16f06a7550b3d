package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Node;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Executes the requests that are different where there is a ledger. Used by one thread. */
final class LedgerWire {
    private final Wire wire;
    private final LedgerAccess access;
    private final LedgerSql sql;
    private final LedgerNotes notes;
    private final Node node;
    private final long leaseMillis;

    LedgerWire(Wire wire, LedgerAccess access, LedgerNotes notes, Node node, long leaseMillis) {
        this.wire = wire;
        this.access = access;
        this.sql = LedgerSql.of(access.table());
        this.notes = notes;
        this.node = node;
        this.leaseMillis = leaseMillis;
    }

    Reply mark(Request.Mark mark) throws SQLException, RefusedException {
        PreparedStatement statement = wire.prepare(sql.mark());
        statement.setString(1, wire.channel());
        statement.setString(2, Long.toString(mark.nonce()));
        Wire.setLocks(statement, 3, mark.locks());
        Map<LockId, LedgerRow> last = new HashMap<>();
        LedgerView view = null;
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (rows.getLong(1) == 0) {
                    return new Reply.Checked(false);
                }
                int ceiling = rows.getInt(4);
                if (rows.wasNull()) {
                    throw new RefusedException(LedgerProblems.emptied(access.table()));
                }
                Lineage present = new Lineage(access.present().system(), rows.getLong(1));
                Lineage open = rows.getBoolean(5) ? new Lineage(rows.getLong(2), rows.getLong(3)) : null;
                view = new LedgerView(present, open, lease(ceiling), last);
                int place = rows.getInt(6);
                if (place > 0) {
                    last.put(mark.locks().get(place - 1), row(rows));
                }
            }
        }
        wire.refuseWarnings(statement);
        if (view == null) {
            throw new SQLException("The ledger gave no answer.");
        }
        return new Reply.Read(view);
    }

    private static LedgerRow row(ResultSet rows) throws SQLException {
        String how = rows.getString(7);
        LedgerRow.End end =
                how == null ? LedgerRow.End.NONE : how.equals("clean") ? LedgerRow.End.CLEAN : LedgerRow.End.LOST;
        Lineage written = new Lineage(rows.getLong(9), rows.getLong(10));
        return new LedgerRow(end, lease(rows.getInt(8)), written, rows.getString(11));
    }

    private static Lease lease(int millis) {
        return Lease.of(Duration.ofMillis(millis));
    }

    Reply run(List<LockId> locks) throws SQLException, RefusedException {
        PreparedStatement statement = wire.prepare(sql.run());
        Wire.setLocks(statement, 1, locks);
        statement.setArray(4, wire.texts(locks, notes::keyOf));
        statement.setLong(5, access.present().system());
        statement.setString(6, node.name());
        statement.setString(7, node.run().toString());
        statement.setInt(8, Math.toIntExact(leaseMillis));
        statement.setLong(9, access.present().system());
        statement.setString(10, wire.channel());
        statement.setString(11, Long.toString(leaseMillis));
        return wire.tokens(statement, locks);
    }

    Reply clean(List<Request.Term> terms) throws SQLException, RefusedException {
        List<LockId> locks = terms.stream().map(Request.Term::lock).toList();
        PreparedStatement statement = wire.prepare(sql.clean());
        Wire.setLocks(statement, 1, locks);
        statement.setString(4, Wire.array(terms, term -> Long.toString(term.token())));
        statement.setArray(5, wire.texts(locks, notes::endingOf));
        statement.setString(6, wire.channel());
        return new Reply.Did(wire.places(statement, locks));
    }

    Reply open() throws SQLException, RefusedException {
        PreparedStatement statement = wire.prepare(sql.open());
        statement.setLong(1, access.present().system());
        statement.setLong(2, access.present().timeline());
        statement.executeUpdate();
        wire.refuseWarnings(statement);
        return new Reply.Checked(true);
    }
}
