package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The checks that a new session passes before anything is trusted to it. Each has its own {@link Problems problem}.
 *
 * <p>The settings make the server let go of a node that fell silent soon after its lease. They are for promptness: that no
 * two children run rests on the new holder's settle, whatever the server does.
 */
final class Admission {
    private final Connection connection;
    private final Lease lease;
    private final LockId leaseLock;
    private final String node;
    private final Namespace namespace;
    private final @Nullable LedgerChoice ledger;
    private final PoolerCheck poolerCheck;
    private final boolean synchronous;

    /**
     * {@code ledger} is null for a node without one; {@code poolerCheck} is passed by a session whose server is not whom the
     * driver has logged in with; {@code synchronous} says that heartbeats are to wait for a standby.
     */
    Admission(
            Connection connection,
            Lease lease,
            LockId leaseLock,
            String node,
            Namespace namespace,
            @Nullable LedgerChoice ledger,
            PoolerCheck poolerCheck,
            boolean synchronous) {
        this.connection = connection;
        this.synchronous = synchronous;
        this.poolerCheck = poolerCheck;
        this.lease = lease;
        this.leaseLock = leaseLock;
        this.node = node;
        this.namespace = namespace;
        this.ledger = ledger;
    }

    /**
     * What was found.
     *
     * @param backend the number of the session's backend
     * @param ledger the ledger that it keeps, or null
     */
    record Admitted(int backend, @Nullable LedgerAccess ledger) {}

    /** Readies the session. */
    Admitted admit() throws Exception {
        connection.setAutoCommit(true);
        int backend = identify();
        applySettings();
        takeLeaseLock();
        LedgerAccess access = ledger();
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen \"" + Channels.channel(namespace) + "\"");
        }
        return new Admitted(backend, access);
    }

    /** Finds the ledger, or sees that there is none: those who keep one go by what every node writes there. */
    private @Nullable LedgerAccess ledger() throws SQLException, RefusedException {
        if (ledger != null) {
            return new LedgerAdmission(connection, namespace, ledger.schema(), lease).admit();
        }
        List<LedgerAdmission.Found> kept = LedgerAdmission.all(connection, namespace);
        if (!kept.isEmpty()) {
            throw new RefusedException(
                    LedgerProblems.keptByOthers(kept.get(0).table().toString()));
        }
        return null;
    }

    private int identify() throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(Sql.IDENTITY)) {
            row.next();
            int backend = row.getInt(1);
            if (row.getInt(2) < 140_000) {
                throw new RefusedException(Problems.tooOld(row.getString(3)));
            }
            if (row.getBoolean(4)) {
                throw new RefusedException(Problems.inRecovery());
            }
            if (row.getBoolean(5)) {
                throw new RefusedException(Problems.readOnly());
            }
            if (synchronous && row.getString(7).isBlank()) {
                throw new RefusedException(Problems.notSynchronous());
            }
            if (row.getInt(6) > 0) {
                throw new RefusedException(Problems.locksHeld());
            }
            if (backend != connection.unwrap(PGConnection.class).getBackendPID()) {
                poolerCheck.pass();
            }
            return backend;
        }
    }

    private void applySettings() throws SQLException, RefusedException {
        PostgresBounds bounds = new PostgresBounds(lease);
        Map<String, String> needed = bounds.neededSettings();
        Map<String, String> useful = bounds.usefulSettings();
        useful.put("application_name", node);
        // The statements are always the same, and each takes longer to plan than to execute.
        useful.put("plan_cache_mode", "force_generic_plan");
        useful.put("jit", "off");
        for (Map.Entry<String, String> setting : needed.entrySet()) {
            set(setting.getKey(), setting.getValue());
        }
        for (Map.Entry<String, String> setting : useful.entrySet()) {
            try {
                set(setting.getKey(), setting.getValue());
            } catch (SQLException e) {
                if (connection.isClosed()
                        || e.getSQLState() == null
                        || e.getSQLState().startsWith("08")) {
                    throw e;
                }
            }
        }
        for (Map.Entry<String, String> setting : needed.entrySet()) {
            String got = read(setting.getKey());
            if (!setting.getValue().equals(got)) {
                throw new RefusedException(Problems.settingLost(setting.getKey(), setting.getValue(), got));
            }
        }
    }

    private void set(String name, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select set_config(?, ?, false)")) {
            statement.setString(1, name);
            statement.setString(2, value);
            statement.executeQuery().close();
        }
    }

    private @Nullable String read(String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(Sql.READ_SETTING)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }

    /**
     * A shared lock whose second number is the lease: it shows the lease of every connected node to all others, even of
     * one that is frozen, and whether it keeps a ledger, and proves that the server has advisory locks at all. First ours,
     * then a look at the others: of two that come at once at least one sees the other.
     */
    private void takeLeaseLock() throws SQLException, RefusedException {
        try (PreparedStatement take = connection.prepareStatement(Sql.TAKE_SHARED_LOCK);
                PreparedStatement shown = connection.prepareStatement(Sql.SHOWN_LEASE_LOCK);
                PreparedStatement other = connection.prepareStatement(Sql.OTHER_LEASE)) {
            for (PreparedStatement statement : new PreparedStatement[] {take, shown, other}) {
                statement.setInt(1, leaseLock.classId());
                statement.setInt(2, leaseLock.objId());
            }
            take.executeQuery().close();
            try (ResultSet row = shown.executeQuery()) {
                if (!row.next() || row.getInt(1) != 1) {
                    throw new RefusedException(Problems.locksNotShown());
                }
            }
            other.setInt(3, leaseLock.objId());
            try (ResultSet row = other.executeQuery()) {
                if (row.next()) {
                    refuseOther(row.getInt(1));
                }
            }
        }
    }

    /** {@code theirs} is another node's lease, negative if that one keeps the ledger. */
    private void refuseOther(int theirs) throws RefusedException {
        if (ledger == null) {
            throw new RefusedException(
                    theirs < 0 ? LedgerProblems.othersKeepOne(-theirs) : Problems.leaseDiffers(lease, theirs));
        }
        if (theirs > 0) {
            throw new RefusedException(LedgerProblems.othersKeepNone(theirs));
        }
    }
}
