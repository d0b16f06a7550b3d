package dev.highlander.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells a pooler that gives each of its clients a server session for as long as the client stays (session mode) from one
 * that changes it between transactions or statements, where a lock does not stay with its holder.
 *
 * <p>A second client asks in turn with the first which session it has, also while the other has a transaction open. Two
 * clients in one session, or one client in two, prove that sessions change. It proves nothing that they did not, so this
 * is not what safety rests on: a session that is not the one which was granted the locks does not have them, and the
 * digest of this session's own locks in each heartbeat tells.
 */
final class PoolerCheck {
    /**
     * Whose turn it is, the first client's ({@code a}) or the second's; within brackets that client has a transaction
     * open. Nobody's turns are regular: a pooler that hands out its sessions in a circle could otherwise give each client
     * the same one every time.
     */
    private static final String TURNS = "aabbab(abba)aab[babbab]ab(bab)a[ab]bbaab";

    private static final long LOOK_AGAIN = 5_000_000;

    /** The same for this process's every check: a pooler that keeps locks keeps one of it in each of its sessions. */
    private static final LockId SCRATCH = new LockId(
            ThreadLocalRandom.current().nextInt(), ThreadLocalRandom.current().nextInt(), true);

    private final Connection first;
    private final Connector connector;
    private final long timeoutMillis;
    private int firstBackend;
    private int secondBackend;

    PoolerCheck(Connection first, Connector connector, long timeoutMillis) {
        this.first = first;
        this.connector = connector;
        this.timeoutMillis = timeoutMillis;
    }

    /** Returns if the pooler is one to be trusted for the moment. */
    void pass() throws Exception {
        try (Connection second = second()) {
            takeTurns(second);
            takeScratchLock(second);
        } catch (SQLException e) {
            throw new RefusedException(Problems.poolerUnproven(e));
        }
        seeUnlocked();
    }

    private void takeTurns(Connection second) throws SQLException, RefusedException {
        try {
            for (int i = 0; i < TURNS.length(); i++) {
                take(TURNS.charAt(i), second);
            }
        } catch (SQLException e) {
            if (isOfPooling(e)) {
                throw new RefusedException(Problems.pooler(), e);
            }
            throw e;
        }
        if (firstBackend == secondBackend) {
            throw new RefusedException(Problems.pooler());
        }
    }

    private Connection second() throws Exception {
        Connection second = connector.connect(timeoutMillis).connection();
        second.setNetworkTimeout(Runnable::run, (int) timeoutMillis);
        second.setAutoCommit(true);
        return second;
    }

    private void take(char turn, Connection second) throws SQLException, RefusedException {
        switch (turn) {
            case '(' -> first.setAutoCommit(false);
            case ')' -> first.setAutoCommit(true);
            case '[' -> second.setAutoCommit(false);
            case ']' -> second.setAutoCommit(true);
            case 'a' -> firstBackend = expect(firstBackend, backend(first));
            default -> secondBackend = expect(secondBackend, backend(second));
        }
    }

    private static int expect(int before, int now) throws RefusedException {
        if (before != 0 && before != now) {
            throw new RefusedException(Problems.pooler());
        }
        return now;
    }

    private static int backend(Connection client) throws SQLException {
        try (Statement statement = client.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void takeScratchLock(Connection client) throws SQLException {
        try (PreparedStatement statement = client.prepareStatement(Sql.TAKE_SHARED_LOCK)) {
            statement.setInt(1, SCRATCH.classId());
            statement.setInt(2, SCRATCH.objId());
            statement.executeQuery().close();
        }
    }

    /**
     * A pooler that does not reset a session when its client leaves keeps the locks of a node that died. The session is
     * left alone all the same: it may be another client's by now.
     */
    private void seeUnlocked() throws SQLException, RefusedException {
        long end = System.nanoTime() + timeoutMillis * 1_000_000;
        while (isKept()) {
            if (System.nanoTime() - end > 0) {
                throw new RefusedException(Problems.poolerKeepsLocks());
            }
            LockSupport.parkNanos(this, LOOK_AGAIN);
        }
    }

    private boolean isKept() throws SQLException {
        try (PreparedStatement statement = first.prepareStatement(Sql.KEEPS)) {
            statement.setInt(1, secondBackend);
            statement.setInt(2, SCRATCH.classId());
            statement.setInt(3, SCRATCH.objId());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Transactions are not for statement mode; prepared statements of somebody else's, or of nobody's, for neither. */
    private static boolean isOfPooling(SQLException e) {
        return e.getSQLState() != null && List.of("08P01", "42P05", "26000").contains(e.getSQLState());
    }
}
