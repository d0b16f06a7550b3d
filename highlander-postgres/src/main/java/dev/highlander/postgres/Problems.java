package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Everything that can stand in the way of a session, each with its remedy. No text holds a password. */
final class Problems {
    private Problems() {}

    // Servers and sessions that can't be relied on.

    static Problem pooler() {
        return new Problem(
                "POOLER",
                "A connection pooler stands between this node and Postgres and changes the session under its clients, in"
                        + " transaction or statement mode: a lock would not stay with its holder.",
                "Connect to Postgres directly, past the pooler, or have it pool by session for this database (PgBouncer:"
                        + " pool_mode=session in its line of [databases]).");
    }

    static Problem poolerKeepsLocks() {
        return new Problem(
                "POOLER_KEEPS_LOCKS",
                "The connection pooler between this node and Postgres does not reset a session when its client leaves: the"
                        + " keys of a node that died would stay locked.",
                "Give the pooler a reset query (PgBouncer: server_reset_query = DISCARD ALL), or connect past it.");
    }

    static Problem poolerUnproven(SQLException e) {
        return new Problem(
                "POOLER_UNPROVEN",
                "A connection pooler stands between this node and Postgres, and a second connection, to see whether it"
                        + " changes the session under its clients, was not to be had: " + message(e),
                "Let the pooler have more sessions (PgBouncer: pool_size): one for each node, and one more while a node"
                        + " connects. Or connect past it.");
    }

    static Problem settingLost(String name, String wanted, @Nullable String got) {
        return new Problem(
                "SETTING_LOST",
                "The server was told " + name + " = " + wanted + " but says " + (got == null ? "nothing" : got) + ".",
                "Connect to Postgres directly: a pooler or proxy in between drops settings.");
    }

    static Problem inRecovery() {
        return new Problem(
                "IN_RECOVERY",
                "The server is a standby, or is recovering: its locks exclude nobody on the primary.",
                "Connect to the primary (in a URL with several hosts: targetServerType=primary).");
    }

    static Problem notSynchronous() {
        return new Problem(
                "NOT_SYNCHRONOUS",
                "Heartbeats are to wait for a standby, but the server's synchronous_standby_names is empty, so its commits wait"
                        + " for none.",
                "Name the standbys in synchronous_standby_names, or leave synchronous heartbeats out.");
    }

    static Problem readOnly() {
        return new Problem(
                "READ_ONLY",
                "The session is read-only, so this node could not tell others what it does.",
                "Connect to the primary, and set default_transaction_read_only = off for this role.");
    }

    static Problem tooOld(String version) {
        return new Problem(
                "SERVER_TOO_OLD",
                "The server is Postgres " + version + ", which can't end the session of a node that fell silent.",
                "Use Postgres 14 or newer.");
    }

    static Problem locksHeld() {
        return new Problem(
                "LOCKS_HELD",
                "The new session already holds an advisory lock, so it is not a session of this node's own.",
                "Give Highlander a connection that nobody has used before and that no pooler shares.");
    }

    static Problem locksNotShown() {
        return new Problem(
                "NO_ADVISORY_LOCKS",
                "The server granted an advisory lock that does not show in pg_locks: it only pretends to have them.",
                "Use PostgreSQL itself, not a database that merely speaks its protocol.");
    }

    static Problem leaseDiffers(Lease ours, long theirsMillis) {
        return new Problem(
                "LEASE_DIFFERS",
                "Another node in this namespace has a lease of " + theirsMillis + " ms, this one has "
                        + ours.length().toMillis()
                        + " ms: the shorter one's holder would not wait long enough for the other's.",
                "Give every node of the namespace the same lease; to change it, stop all nodes first, or use another"
                        + " namespace for the new ones after the old ones are gone.");
    }

    static Problem lockGone() {
        return new Problem(
                "LOCK_GONE",
                "The server says that this session does not hold the locks that it was granted.",
                "Find what runs DISCARD ALL or pg_advisory_unlock_all() on this node's session: a pooler between, or"
                        + " foreign code that was given its connection.");
    }

    static Problem deaf() {
        return new Problem(
                "DEAF",
                "The server did not deliver this session's own notification.",
                "Find what runs UNLISTEN or DISCARD ALL on this node's session, such as a pooler between.");
    }

    static Problem warned(String warning) {
        return new Problem(
                "WARNED",
                "The server answered with a warning, so what it did can't be relied on: " + warning,
                "If a wait for synchronous replication was cancelled, bring its standby back; else see the server's log.");
    }

    static Problem lockTableShare(long room) {
        return new Problem(
                "LOCK_TABLE_SHARE",
                "This node wants more keys than the " + room
                        + " that its session may hold without filling the server's shared"
                        + " lock table for everybody; the others stay where they are, or unclaimed.",
                "Raise max_locks_per_transaction (the table holds it times max_connections) and restart the server, or run"
                        + " fewer keys.");
    }

    static Problem noConnection(String what) {
        return new Problem("NO_CONNECTION", what, "Give Highlander a source that makes new connections to Postgres.");
    }

    // What the server or the driver says.

    /** What is wrong, by the error's SQLSTATE. {@code where} names the server without secrets. */
    static Problem of(SQLException e, String where) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = message(e);
        if (isOfCertificates(e)) {
            return new Problem(
                    "CERTIFICATE",
                    "The certificate of Postgres at " + where + " is not one to be trusted here: " + reason(e),
                    "Give the authority that signed it (sslrootcert), and a host that it names; or an sslmode that asks for"
                            + " less.");
        }
        return switch (state) {
            case "28P01", "28000" ->
                new Problem(
                        "AUTHENTICATION",
                        "Postgres at " + where + " refused the log-in: " + said,
                        "Check user and password, and the server's pg_hba.conf.");
            // The driver's own: the server asks for a password and there is none, or has no SSL and it is required.
            case "08004" ->
                new Problem(
                        "AUTHENTICATION",
                        "Postgres at " + where + " and this node can't agree on a log-in: " + said,
                        "Give the password that the server asks for, or an sslmode that it speaks; see its pg_hba.conf.");
            case "3D000" ->
                new Problem(
                        "NO_DATABASE",
                        "Postgres at " + where + " has no such database: " + said,
                        "Create the database or correct its name in the URL.");
            case "42501" ->
                new Problem(
                        "PRIVILEGE",
                        "The role lacks a privilege: " + said,
                        "Grant it; Highlander needs CONNECT on the database and no more.");
            case "53300" ->
                new Problem(
                        "TOO_MANY_CONNECTIONS",
                        "Postgres at " + where + " has no connection left: " + said,
                        "Raise max_connections, or the role's CONNECTION LIMIT; each node needs one connection.");
            case "53200" ->
                new Problem(
                        "LOCK_TABLE_FULL",
                        "The server's shared lock table is full: " + said,
                        "Raise max_locks_per_transaction (the table holds it times max_connections) and restart the server, or"
                                + " run fewer keys.");
            // A server that speaks another language says the second of both.
            case "25006" -> said.contains("recovery") ? inRecovery() : readOnly();
            case "57P03" ->
                new Problem(
                        "STARTING_OR_STOPPING",
                        "Postgres at " + where + " is starting up or shutting down: " + said,
                        "Nothing: this node tries again.");
            case "57P05" ->
                new Problem(
                        "SESSION_IDLE",
                        "The server ended this session because it was silent for more than the lease.",
                        "Nothing, if this process was frozen or overloaded; else look for what stopped it.");
            // Somebody else's prepared statement, or ours is gone: the session was another one's a moment ago.
            case "42P05", "26000" -> pooler();
            case "57P01", "57P02" ->
                new Problem(
                        "SESSION_ENDED",
                        "The server ended this session: " + said,
                        "Nothing: this node connects again.");
            case "0A000" ->
                new Problem(
                        "UNSUPPORTED",
                        "The server lacks what Highlander needs: " + said,
                        "Use PostgreSQL 14 or newer itself, not a database that merely speaks its protocol.");
            default ->
                state.startsWith("08") || state.isEmpty()
                        ? new Problem(
                                "UNREACHABLE",
                                "Postgres at " + where + " can't be reached: " + said,
                                "Check host, port and network; this node keeps trying.")
                        : new Problem(
                                "SERVER_ERROR",
                                "Postgres at " + where + " reports " + state + ": " + said,
                                "See the server's log; this node keeps trying.");
        };
    }

    /**
     * The driver says only that it could not connect; why, its causes say. A certificate for another host has no cause, and
     * is known in every language by who has found out.
     */
    private static boolean isOfCertificates(SQLException e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof GeneralSecurityException) {
                return true;
            }
        }
        return String.valueOf(e.getMessage()).contains("HostnameVerifier");
    }

    /** What the innermost cause says. */
    private static String reason(Throwable e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() + ".";
    }

    /** Whether a refusal may end without anybody's doing, as when a standby is promoted. */
    static boolean mayPass(Problem problem) {
        return problem.code().equals("IN_RECOVERY") || problem.code().equals("READ_ONLY");
    }

    /** Whether trying again soon makes sense: else something has to be put right by hand first. */
    static boolean isRefusal(Problem problem) {
        return switch (problem.code()) {
            case "UNREACHABLE",
                    "STARTING_OR_STOPPING",
                    "SESSION_IDLE",
                    "SESSION_ENDED",
                    "LOCK_GONE",
                    "DEAF",
                    "WARNED",
                    "SERVER_ERROR" -> false;
            default -> true;
        };
    }

    private static String message(SQLException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String line = message.lines().findFirst().orElse(message).strip();
        if (line.regionMatches(true, 0, "fatal: ", 0, 7) || line.regionMatches(true, 0, "error: ", 0, 7)) {
            line = line.substring(7);
        }
        return line.endsWith(".") || line.isEmpty() ? line : line + ".";
    }
}
