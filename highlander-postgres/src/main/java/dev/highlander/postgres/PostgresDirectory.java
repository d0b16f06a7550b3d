package dev.highlander.postgres;

import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.KeyStatus.State;
import dev.highlander.postgres.Presence.Standing;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Who holds which key of a namespace and who waits, from one look at a server: what the server itself shows, and what the
 * nodes answer when asked. A node that is frozen or cut off does not answer, yet shows as the holder that it is; what it runs
 * since when, the ledger tells, where there is one that this role may read.
 */
public final class PostgresDirectory {
    private static final int CONNECT_MILLIS = 10_000;

    private final Namespace namespace;
    private final long nonce = new SecureRandom().nextLong() & Long.MAX_VALUE;
    private final Map<Integer, Backend> nodes = new HashMap<>();
    private final Map<LockId, Integer> held = new HashMap<>();
    private final Map<Integer, List<Presence>> answers = new HashMap<>();
    private Map<LockId, LedgerTerm> terms = Map.of();

    private record Backend(String node, @Nullable String address) {}

    private PostgresDirectory(Namespace namespace) {
        this.namespace = namespace;
    }

    /**
     * Reads the directory of {@code namespace}, waiting for answers for at most {@code patience}; blocks.
     *
     * @return by key
     * @throws UnavailableException if the server can't be asked
     */
    public static List<KeyStatus> read(DatabaseUrl url, Namespace namespace, Duration patience) {
        UrlConnector connector = new UrlConnector(url, new Properties(), "highlander-status");
        try (Connection connection = connector.connect(CONNECT_MILLIS).connection()) {
            PostgresDirectory directory = new PostgresDirectory(namespace);
            directory.ask(connection, patience);
            directory.terms = PostgresLedger.lastTerms(connection, namespace, List.copyOf(directory.held.keySet()));
            return directory.statuses();
        } catch (RefusedException e) {
            throw new UnavailableException(e.problem(), e);
        } catch (SQLException e) {
            throw new UnavailableException(Problems.of(e, connector.where()), e);
        } catch (Exception e) {
            throw new UnavailableException(Problems.noConnection("Making a connection failed: " + e + "."), e);
        }
    }

    private void ask(Connection connection, Duration patience) throws SQLException {
        String channel = Channels.channel(namespace);
        try (Statement listen = connection.createStatement();
                PreparedStatement who = connection.prepareStatement("select pg_notify(?, 'who ' || ?)")) {
            listen.execute("listen \"" + channel + "\"");
            look(connection);
            who.setString(1, channel);
            who.setString(2, Long.toString(nonce));
            who.executeQuery().close();
        }
        PGConnection driver = connection.unwrap(PGConnection.class);
        Set<Integer> silent = new HashSet<>(nodes.keySet());
        long end = System.nanoTime() + patience.toNanos();
        for (long left = patience.toNanos(); !silent.isEmpty() && left > 0; left = end - System.nanoTime()) {
            PGNotification[] came = driver.getNotifications((int) Math.max(2, left / 1_000_000));
            for (PGNotification each : came == null ? new PGNotification[0] : came) {
                Presence presence = Presence.parse(each.getParameter(), nonce);
                if (presence != null) {
                    answers.computeIfAbsent(each.getPID(), pid -> new ArrayList<>())
                            .add(presence);
                } else if (each.getParameter().equals("that-is-all " + nonce)) {
                    silent.remove(each.getPID());
                }
            }
        }
    }

    private void look(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(Sql.NODES_AND_LOCKS)) {
            statement.setInt(1, Channels.nodes(namespace));
            statement.setInt(2, Channels.nodes(namespace));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    int pid = row.getInt(1);
                    String name = row.getString(2);
                    nodes.put(pid, new Backend(name == null ? "backend " + pid : name, row.getString(3)));
                    if (row.getBoolean(7)) {
                        held.put(new LockId((int) row.getLong(4), (int) row.getLong(5), row.getInt(6) == 2), pid);
                    }
                }
            }
        }
    }

    private List<KeyStatus> statuses() {
        Map<LockId, Key> keys = new HashMap<>();
        Map<LockId, List<String>> waiting = new HashMap<>();
        Map<LockId, Presence> holding = new HashMap<>();
        answers.forEach((pid, presences) -> presences.forEach(presence -> {
            keys.put(presence.lock(), presence.key());
            if (presence.standing() == Standing.WAITING) {
                Backend backend = nodes.get(pid);
                waiting.computeIfAbsent(presence.lock(), lock -> new ArrayList<>())
                        .add(backend == null ? "backend " + pid : backend.node);
            } else if (pid.equals(held.get(presence.lock()))) {
                holding.put(presence.lock(), presence);
            }
        }));
        Set<LockId> all = new HashSet<>(held.keySet());
        all.addAll(waiting.keySet());
        return all.stream()
                .map(lock -> new KeyStatus(
                        keys.getOrDefault(lock, keyOf(lock)),
                        holderOf(lock, holding.get(lock)),
                        stateOf(lock, holding.get(lock)),
                        waiting.getOrDefault(lock, List.of()).stream().sorted().toList()))
                .sorted(Comparator.comparing(status -> status.key().toString()))
                .toList();
    }

    private Key keyOf(LockId lock) {
        LedgerTerm term = terms.get(lock);
        return term == null ? lock.asKey() : term.key();
    }

    private State stateOf(LockId lock, @Nullable Presence presence) {
        if (presence != null) {
            return presence.standing() == Standing.RUNNING ? State.RUNNING : State.HELD;
        }
        return held.containsKey(lock) ? State.SILENT : State.WANTED;
    }

    private Optional<Holder> holderOf(LockId lock, @Nullable Presence presence) {
        return Optional.ofNullable(held.get(lock))
                .map(nodes::get)
                .map(backend -> new Holder(
                        backend.node,
                        Optional.ofNullable(backend.address),
                        presence == null
                                ? term(lock, backend)
                                        .map(PostgresDirectory::token)
                                        .orElse(OptionalLong.empty())
                                : presence.token(),
                        presence == null ? term(lock, backend).map(LedgerTerm::started) : presence.since()));
    }

    /** What the ledger says of a holder that does not answer, if it is what it says. */
    private Optional<LedgerTerm> term(LockId lock, Backend backend) {
        return Optional.ofNullable(terms.get(lock))
                .filter(term ->
                        term.outcome() == LedgerTerm.Outcome.HELD && term.node().equals(backend.node));
    }

    private static OptionalLong token(LedgerTerm term) {
        return OptionalLong.of(term.token());
    }
}
