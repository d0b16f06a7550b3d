package dev.highlander.postgres;

import dev.highlander.lock.Holder;
import dev.highlander.lock.Node;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** A session's connection: executes the protocol's requests, and listens. Used by one thread, but for {@link #wake}. */
final class Wire {
    private static final System.Logger LOG = System.getLogger("dev.highlander.postgres");

    /** How long a wait may last on a connection that nothing can wake. */
    private static final long BLIND_WAIT_MILLIS = 20;

    /**
     * A notification.
     *
     * @param sender the backend that sent it, as the server says
     * @param payload what it said
     */
    record Notification(int sender, String payload) {}

    private final Connection connection;
    private final PGConnection driver;
    private final Connector.Waker waker;
    private final String channel;
    private final long leaseMillis;
    private final boolean synchronous;
    private final @Nullable LedgerWire ledger;
    private final Set<LockId> held = new HashSet<>();
    private long room = Long.MAX_VALUE;
    private boolean toldOfRoom;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    /**
     * {@code synchronous} makes each heartbeat wait for whom the server's commits wait for; {@code access} is to the ledger
     * that this session keeps, or null.
     */
    Wire(
            Connector.Link link,
            String channel,
            long leaseMillis,
            boolean synchronous,
            @Nullable LedgerAccess access,
            LedgerNotes notes,
            Node node)
            throws SQLException {
        this.connection = link.connection();
        this.driver = connection.unwrap(PGConnection.class);
        this.waker = link.waker();
        this.channel = channel;
        this.leaseMillis = leaseMillis;
        this.synchronous = synchronous;
        this.ledger = access == null ? null : new LedgerWire(this, access, notes, node, leaseMillis);
    }

    String channel() {
        return channel;
    }

    /** Goes through every statement once, on no locks, so that a takeover is not what prepares them. */
    void warmUp() throws SQLException, RefusedException {
        if (ledger != null) {
            var unused = execute(new Request.Mark(0, List.of())); // nobody's: nonces begin with 1
        }
        for (Request each : List.of(
                new Request.Try(List.of()),
                new Request.Run(List.of()),
                new Request.Clean(List.of()),
                new Request.Unlock(List.of()))) {
            var unused = execute(each);
        }
    }

    Reply execute(Request request) throws SQLException, RefusedException {
        if (request instanceof Request.Try attempt) {
            return attempt(attempt.locks());
        }
        if (ledger != null) {
            if (request instanceof Request.Mark mark) {
                return ledger.mark(mark);
            }
            if (request instanceof Request.Run run) {
                return ledger.run(run.locks());
            }
            if (request instanceof Request.Clean clean) {
                return ledger.clean(clean.terms());
            }
            if (request instanceof Request.Open) {
                return ledger.open();
            }
        }
        if (request instanceof Request.Mark mark) {
            PreparedStatement statement = prepare(Sql.MARK);
            statement.setString(1, channel);
            statement.setString(2, Long.toString(mark.nonce()));
            return check(statement);
        }
        if (request instanceof Request.Run run) {
            return run(run.locks());
        }
        if (request instanceof Request.Beat beat) {
            PreparedStatement statement = prepare(synchronous ? Sql.SYNCHRONOUS_BEAT : Sql.BEAT);
            statement.setString(1, beat.digest());
            return beat(statement);
        }
        if (request instanceof Request.Clean clean) {
            List<LockId> locks = clean.terms().stream().map(Request.Term::lock).toList();
            PreparedStatement statement = prepare(Sql.CLEAN);
            statement.setString(1, channel);
            setLocks(statement, 2, locks);
            statement.setString(5, array(clean.terms(), term -> Long.toString(term.token())));
            return new Reply.Did(places(statement, locks));
        }
        List<LockId> locks = ((Request.Unlock) request).locks();
        PreparedStatement statement = prepare(Sql.UNLOCK);
        statement.setString(1, channel);
        setLocks(statement, 2, locks);
        Set<LockId> unlocked = places(statement, locks);
        held.removeAll(unlocked);
        return new Reply.Did(unlocked);
    }

    /** Reads how many locks the session may have before it could take other sessions' places in the server's table. */
    void measureRoom() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(Sql.ROOM)) {
            row.next();
            room = row.getLong(1);
        }
    }

    /** Those that there is room for; to the others the answer is no, as if somebody else held them. */
    private List<LockId> within(List<LockId> wanted) {
        int most = (int) Math.max(0, Math.min(wanted.size(), room - held.size()));
        if (most < wanted.size() && !toldOfRoom) {
            toldOfRoom = true;
            LOG.log(System.Logger.Level.WARNING, Problems.lockTableShare(room).toString());
        }
        return wanted.subList(0, most);
    }

    private Reply attempt(List<LockId> wanted) throws SQLException, RefusedException {
        List<LockId> locks = within(wanted);
        PreparedStatement statement = prepare(Sql.TRY);
        setLocks(statement, 1, locks);
        Set<LockId> got = new LinkedHashSet<>();
        boolean primary = true;
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                if (rows.getBoolean(2)) {
                    got.add(locks.get(rows.getInt(1) - 1));
                }
                primary &= !rows.getBoolean(3);
            }
        }
        refuseWarnings(statement);
        held.addAll(got);
        return new Reply.Got(got, primary);
    }

    private Reply run(List<LockId> locks) throws SQLException, RefusedException {
        PreparedStatement statement = prepare(Sql.RUN);
        statement.setString(1, channel);
        statement.setString(2, Long.toString(leaseMillis));
        setLocks(statement, 3, locks);
        return tokens(statement, locks);
    }

    /** Places and the tokens of the terms there. */
    Reply tokens(PreparedStatement statement, List<LockId> locks) throws SQLException, RefusedException {
        Map<LockId, Long> tokens = new HashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                tokens.put(locks.get(rows.getInt(1) - 1), rows.getLong(2));
            }
        }
        refuseWarnings(statement);
        return new Reply.Ran(tokens);
    }

    /** A server that is made read-only is often one that is about to be replaced. */
    private Reply beat(PreparedStatement statement) throws SQLException, RefusedException {
        boolean good;
        boolean readOnly;
        try (ResultSet row = statement.executeQuery()) {
            good = row.next() && row.getBoolean(1);
            readOnly = row.getBoolean(2);
        }
        refuseWarnings(statement);
        if (readOnly) {
            throw new RefusedException(Problems.readOnly());
        }
        return new Reply.Checked(good);
    }

    private Reply check(PreparedStatement statement) throws SQLException, RefusedException {
        boolean good;
        try (ResultSet row = statement.executeQuery()) {
            good = row.next() && row.getBoolean(1);
        }
        refuseWarnings(statement);
        return new Reply.Checked(good);
    }

    /** The places for which there is a row, and, where the row has a second boolean column, it is true. */
    Set<LockId> places(PreparedStatement statement, List<LockId> locks) throws SQLException, RefusedException {
        Set<LockId> done = new LinkedHashSet<>();
        try (ResultSet rows = statement.executeQuery()) {
            boolean judged = rows.getMetaData().getColumnTypeName(2).equals("bool");
            while (rows.next()) {
                if (!judged || rows.getBoolean(2)) {
                    done.add(locks.get(rows.getInt(1) - 1));
                }
            }
        }
        refuseWarnings(statement);
        return done;
    }

    /** Who holds {@code lock}; {@code tokens} gives the token of a backend's term, if it is known. */
    Optional<Holder> holder(LockId lock, IntFunction<OptionalLong> tokens) throws SQLException {
        PreparedStatement statement = prepare(Sql.HOLDER);
        statement.setInt(1, lock.classId());
        statement.setInt(2, lock.objId());
        statement.setInt(3, lock.subId());
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            String name = row.getString(1);
            int backend = row.getInt(3);
            return Optional.of(new Holder(
                    name == null || name.isEmpty() ? "backend " + backend : name,
                    Optional.ofNullable(row.getString(2)),
                    tokens.apply(backend),
                    Optional.empty()));
        }
    }

    /** Tells whoever asked what this node has to do with which keys. */
    void answer(long nonce, List<Presence> presences) throws SQLException {
        List<String> messages = new ArrayList<>(
                presences.stream().map(presence -> presence.wire(nonce)).toList());
        messages.add("that-is-all " + nonce);
        PreparedStatement statement = prepare(Sql.ANSWER);
        statement.setString(1, channel);
        statement.setArray(2, connection.createArrayOf("text", messages.toArray()));
        statement.executeQuery().close();
    }

    /** What came since the last call; does not wait. */
    List<Notification> notifications() throws SQLException {
        return convert(driver.getNotifications());
    }

    /** Waits until a notification comes, somebody calls {@link #wake}, or the time is over. */
    List<Notification> await(long nanos) throws SQLException {
        long millis = Math.max(1, nanos / 1_000_000);
        boolean blind = waker == Connector.Waker.NONE;
        int limit = (int) Math.min(Integer.MAX_VALUE, blind ? Math.min(millis, BLIND_WAIT_MILLIS) : millis);
        waker.mayBeWoken(true);
        try {
            return convert(driver.getNotifications(limit));
        } finally {
            waker.mayBeWoken(false);
        }
    }

    void wake() {
        waker.wake();
    }

    /** Says good-bye. */
    void close() throws SQLException {
        connection.close();
    }

    /** Closes the socket without a word; also frees a call that another thread is stuck in. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            // It was to be thrown away anyway.
        }
    }

    private static List<Notification> convert(PGNotification @Nullable [] came) {
        List<Notification> all = new ArrayList<>();
        if (came != null) {
            for (PGNotification one : came) {
                all.add(new Notification(one.getPID(), one.getParameter()));
            }
        }
        return all;
    }

    /** A cancelled wait for synchronous replication, for one, is a success with a warning. */
    void refuseWarnings(PreparedStatement statement) throws SQLException, RefusedException {
        SQLWarning warning = statement.getWarnings();
        if (warning == null) {
            warning = connection.getWarnings();
        }
        if (warning != null) {
            throw new RefusedException(Problems.warned(String.valueOf(warning.getMessage())));
        }
    }

    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    Array texts(List<LockId> locks, Function<LockId, String> text) throws SQLException {
        return connection.createArrayOf("text", locks.stream().map(text).toArray());
    }

    static void setLocks(PreparedStatement statement, int first, List<LockId> locks) throws SQLException {
        statement.setString(first, array(locks, lock -> Integer.toString(lock.classId())));
        statement.setString(first + 1, array(locks, lock -> Integer.toString(lock.objId())));
        statement.setString(first + 2, array(locks, lock -> Integer.toString(lock.subId())));
    }

    static <T> String array(List<T> items, Function<T, String> form) {
        return items.stream().map(form).collect(Collectors.joining(",", "{", "}"));
    }
}
