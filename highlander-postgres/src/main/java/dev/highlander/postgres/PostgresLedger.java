package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.LedgerTerm.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table in which nodes write their terms, if they are told to: see {@link PostgresLocks.Builder#ledger()}. */
public final class PostgresLedger {
    private static final int CONNECT_MILLIS = 10_000;

    private PostgresLedger() {}

    /**
     * The statements that make the ledger of {@code namespace}, for whoever makes tables here. They may be executed again,
     * and while nodes run: what is there stays, but for the longest lease, which they raise.
     *
     * @param namespace whose ledger
     * @param schema in which schema, which is there
     * @param longestLease the longest lease that a node may have. After a promotion, and for as long as it is open whether
     *     nodes without a ledger have left something behind, a node waits 1.25 times that before it starts a child
     * @param roles who may keep it, besides its owner; each gets the least that takes
     */
    public static List<String> schema(
            Namespace namespace, String schema, Lease longestLease, Collection<String> roles) {
        LedgerTable table = new LedgerTable(schema, LedgerTable.nameOf(namespace));
        List<String> all = new ArrayList<>(LedgerSchema.statements(table, longestLease));
        roles.forEach(role -> all.addAll(LedgerSchema.grants(table, role)));
        return all;
    }

    /**
     * Reads the latest terms of a namespace, the latest first; blocks. Of each key about a hundred are kept, and those that
     * ended in the last thirty days.
     *
     * @param url where the server is; the role needs SELECT on the table
     * @param key of which key, or empty for all
     * @param limit how many terms at most
     * @throws UnavailableException if the server can't be asked, or there is no ledger
     */
    public static List<LedgerTerm> history(DatabaseUrl url, Namespace namespace, Optional<Key> key, int limit) {
        UrlConnector connector = new UrlConnector(url, new Properties(), "highlander-history");
        try (Connection connection = connector.connect(CONNECT_MILLIS).connection()) {
            List<LedgerAdmission.Found> found = LedgerAdmission.all(connection, namespace);
            if (found.isEmpty()) {
                throw new RefusedException(LedgerProblems.noHistory(LedgerTable.nameOf(namespace)));
            }
            LedgerSql sql = LedgerSql.of(found.get(0).table());
            try (PreparedStatement statement = connection.prepareStatement(sql.history())) {
                LockId lock = key.map(k -> LockId.of(k, namespace)).orElse(null);
                set(statement, 1, lock == null ? null : lock.classId());
                set(statement, 2, lock == null ? null : lock.classId());
                set(statement, 3, lock == null ? null : lock.objId());
                set(statement, 4, lock == null ? null : lock.subId());
                statement.setInt(5, limit);
                return List.copyOf(terms(statement).values());
            }
        } catch (RefusedException e) {
            throw new UnavailableException(e.problem(), e);
        } catch (SQLException e) {
            throw new UnavailableException(Problems.of(e, connector.where()), e);
        } catch (Exception e) {
            throw new UnavailableException(Problems.noConnection("Making a connection failed: " + e + "."), e);
        }
    }

    private static void set(PreparedStatement statement, int place, @Nullable Integer value) throws SQLException {
        if (value == null) {
            statement.setNull(place, Types.INTEGER);
        } else {
            statement.setInt(place, value);
        }
    }

    /** The last terms of those locks that have one; of none if there is no ledger, or this role may not read it. */
    static Map<LockId, LedgerTerm> lastTerms(Connection connection, Namespace namespace, List<LockId> locks)
            throws SQLException {
        List<LedgerAdmission.Found> found = LedgerAdmission.all(connection, namespace);
        if (found.isEmpty() || locks.isEmpty()) {
            return Map.of();
        }
        LedgerSql sql = LedgerSql.of(found.get(0).table());
        Map<LockId, LedgerTerm> last = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql.terms())) {
            Wire.setLocks(statement, 1, locks);
            terms(statement).forEach((id, term) -> last.put(id.lock, term));
        } catch (SQLException e) {
            if (!"42501".equals(e.getSQLState())) {
                throw e;
            }
        }
        return last;
    }

    private record Id(LockId lock, long token) {}

    private static Map<Id, LedgerTerm> terms(PreparedStatement statement) throws SQLException {
        Map<Id, LedgerTerm> all = new LinkedHashMap<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                LockId lock = new LockId(row.getInt(1), row.getInt(2), row.getInt(3) == 2);
                String how = row.getString(12);
                Timestamp ended = row.getTimestamp(11);
                LedgerTerm term = new LedgerTerm(
                        Key.parse(row.getString(5)),
                        row.getLong(4),
                        row.getString(6),
                        UUID.fromString(row.getString(7)),
                        Optional.ofNullable(row.getString(8)),
                        Lease.of(Duration.ofMillis(row.getInt(9))),
                        row.getTimestamp(10).toInstant(),
                        Optional.ofNullable(ended).map(Timestamp::toInstant),
                        how == null ? Outcome.HELD : how.equals("clean") ? Outcome.CLEAN : Outcome.LOST,
                        Optional.ofNullable(row.getString(13)));
                all.put(new Id(lock, term.token()), term);
            }
        }
        return all;
    }
}
