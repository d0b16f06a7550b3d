package dev.highlander.postgres;

/**
 * The statements of a session. Locks come as three arrays of the same length ({@code classid}, {@code objid},
 * {@code objsubid}), and answers give the place in them.
 */
final class Sql {
    private Sql() {}

    static final String LOCKS = "unnest(?::int[], ?::int[], ?::int[]) with ordinality as k(a, b, s, i)";
    private static final String NUMBER = "(k.a::bigint << 32) | (k.b::bigint & 4294967295)";
    static final String NAME =
            "lpad(to_hex(k.a), 8, '0') || lpad(to_hex(k.b), 8, '0') || case k.s when 2 then 'p' else '' end";
    private static final String OURS = "l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.granted"
            + " and l.database = (select oid from pg_database where datname = current_database())";
    /** The guard: what is said about a lock comes from a statement that sees this session hold it. */
    static final String HELD = " join pg_locks l on " + OURS
            + " and l.mode = 'ExclusiveLock' and l.classid = k.a::oid and l.objid = k.b::oid and l.objsubid = k.s";

    /** The timeline of the log that the server writes, unless it is in recovery. */
    static final String TIMELINE = "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::bigint";

    static final String TRY = "select k.i, case k.s when 1 then pg_try_advisory_lock(" + NUMBER
            + ") else pg_try_advisory_lock(k.a, k.b) end, pg_is_in_recovery() from " + LOCKS;

    static final String MARK = "select not pg_is_in_recovery(), pg_notify(?, 'mark ' || ?)";

    /**
     * The token is the timeline of the server's log and the transaction's number in it, so it grows over promotions too. A
     * transaction that only notifies is not flushed at its commit, and its number could come again after a crash; the
     * emitted message makes it one that is.
     */
    static final String RUN = "select k.i, t.token, pg_notify(?, 'run ' || " + NAME + " || ' ' || t.token || ' ' || ?)"
            + " from (select pg_logical_emit_message(true, 'highlander', 'run'),"
            + " ((" + TIMELINE + " - 1) << 44)"
            + " | pg_current_xact_id()::text::bigint as token offset 0) t, " + LOCKS + HELD;

    static final String CLEAN = "select k.i, pg_notify(?, 'clean ' || " + NAME + " || ' ' || k.t) from"
            + " unnest(?::int[], ?::int[], ?::int[], ?::bigint[]) with ordinality as k(a, b, s, t, i)" + HELD;

    static final String UNLOCK = "select k.i, case k.s when 1 then pg_advisory_unlock(" + NUMBER
            + ") else pg_advisory_unlock(k.a, k.b) end, pg_notify(?, 'free ' || " + NAME + ") from " + LOCKS;

    private static final String CHECKS = "select not pg_is_in_recovery() and md5(coalesce(string_agg("
            + "l.classid || ':' || l.objid || ':' || l.objsubid, ',' order by l.classid, l.objid, l.objsubid), '')) = ?,"
            + " current_setting('transaction_read_only')::bool";

    static final String BEAT = CHECKS + " from pg_locks l where " + OURS;

    /** It writes to the log, so where commits wait for a standby, its reply does too. */
    static final String SYNCHRONOUS_BEAT =
            CHECKS + ", pg_logical_emit_message(true, 'highlander', 'beat') from pg_locks l where " + OURS;

    // Admission.

    static final String IDENTITY = "select pg_backend_pid(), current_setting('server_version_num')::int,"
            + " current_setting('server_version'), pg_is_in_recovery(), current_setting('transaction_read_only')::bool,"
            + " (select count(*) from pg_locks l where " + OURS + "), current_setting('synchronous_standby_names')";

    /**
     * How many locks this session may have: three quarters of the server's table for all sessions, less what others have at
     * this moment, but never less than the share that each session is meant to have.
     */
    static final String ROOM = "select greatest(current_setting('max_locks_per_transaction')::bigint,"
            + " current_setting('max_locks_per_transaction')::bigint * (current_setting('max_connections')::bigint"
            + " + current_setting('max_prepared_transactions')::bigint) * 3 / 4"
            + " - (select count(*) from pg_locks where not fastpath and pid <> pg_backend_pid()))";

    static final String READ_SETTING = "select setting from pg_settings where name = ?";

    static final String TAKE_SHARED_LOCK = "select pg_try_advisory_lock_shared(?, ?)";

    /** Which backend has that lock. */
    static final String KEEPS = "select from pg_locks l where l.locktype = 'advisory' and l.pid = ?"
            + " and l.database = (select oid from pg_database where datname = current_database())"
            + " and l.classid = ?::int::oid and l.objid = ?::int::oid and l.objsubid = 2";

    static final String SHOWN_LEASE_LOCK = "select count(*) from pg_locks l where " + OURS
            + " and l.mode = 'ShareLock' and l.classid = ?::int::oid and l.objid = ?::int::oid and l.objsubid = 2";

    /** One that differs in kind comes first. */
    static final String OTHER_LEASE =
            "select l.objid::bigint::bit(32)::int from pg_locks l where l.locktype = 'advisory' and l.granted"
                    + " and l.database = (select oid from pg_database where datname = current_database())"
                    + " and l.mode = 'ShareLock' and l.classid = ?::int::oid and l.objid <> ?::int::oid and l.objsubid = 2"
                    + " order by (l.objid::bigint::bit(32)::int < 0) = (? < 0) limit 1";

    /** In which schemas there is a relation of that name, of what kind and how persistent, in the order of the search path. */
    static final String LEDGERS = "select n.nspname, c.relkind, c.relpersistence from pg_class c"
            + " join pg_namespace n on n.oid = c.relnamespace where c.relname = ? and c.relkind in ('r', 'p', 'v', 'm', 'f')"
            + " and c.relpersistence <> 't' order by array_position(current_schemas(false), n.nspname), n.nspname";

    // Who holds what.

    static final String HOLDER = "select a.application_name, host(a.client_addr), l.pid from pg_locks l"
            + " left join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted"
            + " and l.database = (select oid from pg_database where datname = current_database())"
            + " and l.mode = 'ExclusiveLock' and l.classid = ?::int::oid and l.objid = ?::int::oid and l.objsubid = ?";

    static final String ANSWER = "select pg_notify(?, m) from unnest(?::text[]) m";

    static final String NODES_AND_LOCKS = "select l.pid, a.application_name, host(a.client_addr), l.classid::bigint,"
            + " l.objid::bigint, l.objsubid, l.mode = 'ExclusiveLock' from pg_locks l"
            + " left join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted"
            + " and l.database = (select oid from pg_database where datname = current_database())"
            + " and (l.mode = 'ExclusiveLock' or l.classid = ?::int::oid) and exists (select from pg_locks n"
            + " where n.locktype = 'advisory' and n.granted and n.pid = l.pid and n.database = l.database"
            + " and n.mode = 'ShareLock' and n.classid = ?::int::oid and n.objsubid = 2)";
}
