package dev.highlander.postgres;

/**
 * The statements of a session that keeps a ledger, in place of those of {@link Sql}: what is said and what is written are
 * one transaction.
 *
 * <p>They are planned once, perhaps on an empty table, so they leave no choice: rows are found by the index on lock and
 * token, one lock at a time, and changed where they were found. So what a lock costs does not grow with the table.
 *
 * @param mark reads the last term of each lock while it says {@code mark}
 * @param run says {@code run} and writes a row for each term; the one before that has no end is lost. Rows of the lock
 *     beyond the newest hundred go, twenty at a time, and a hundred of whatever lock that ended long ago
 * @param clean says {@code clean} of each term that has no end yet, and writes it
 * @param enter writes, in a history of the server that is new, where its tokens begin, and that it is not open
 * @param open writes that the namespace is open
 * @param history the latest terms
 * @param terms the last terms of some locks
 */
record LedgerSql(String mark, String run, String clean, String enter, String open, String history, String terms) {
    /** Beyond so many terms of a lock the oldest are forgotten, a little later. */
    static final int TERMS_KEPT = 100;

    private static final int FORGET_EVERY = 20;

    /** Terms that ended before that are forgotten; a key that has none is as if it had never been used. */
    static final String KEPT_FOR = "30 days";

    private static final String SAME_LOCK = "o.classid = k.a and o.objid = k.b and o.objsubid = k.s";

    /**
     * The first part of a token: by how many promotions and moves it is later. A server that was made anew, from a dump or
     * by an upgrade, has another system identifier and begins its timelines and transactions again; it may have missed the
     * latest promotions of the one before, though not 64 of them.
     */
    private static final String EPOCH = "case when n.system_id is null then t.timeline - 1"
            + " when n.system_id = ? then (n.token >> 44) + greatest(t.timeline - n.timeline, 1)"
            + " else (n.token >> 44) + t.timeline + 64 end";

    static LedgerSql of(LedgerTable table) {
        String ledger = table.sql();
        String last = "(select o.ctid as place, o.* from " + ledger + " o where " + SAME_LOCK
                + " order by o.token desc limit 1)";
        return new LedgerSql(
                mark(ledger, last),
                run(ledger, last),
                clean(ledger),
                enter(ledger),
                open(ledger),
                history(ledger),
                terms(last));
    }

    private static String mark(String ledger, String last) {
        return "with said as materialized (select case when pg_is_in_recovery() then 0 else " + Sql.TIMELINE
                + " end as timeline, pg_notify(?, 'mark ' || ?))"
                + " select said.timeline, n.system_id, n.timeline, n.lease_millis, n.started is not null,"
                + " r.i, r.how, r.lease_millis, r.system_id, r.timeline, r.key from said"
                + " left join " + ledger + " n on n.objsubid = 0 left join (select k.i, o.* from " + Sql.LOCKS
                + " cross join lateral " + last + " o) r on true";
    }

    private static String run(String ledger, String last) {
        return "with held as materialized (select k.* from"
                + " unnest(?::int[], ?::int[], ?::int[], ?::text[]) with ordinality as k(a, b, s, key, i)" + Sql.HELD
                + "),"
                + " history as materialized (select t.timeline, n.token | t.transaction as token"
                + " from (select " + Sql.TIMELINE + " as timeline, pg_current_xact_id()::text::bigint as transaction"
                + " offset 0) t, " + ledger + " n where n.objsubid = 0 and n.system_id = ?"
                + " and n.timeline = t.timeline),"
                + " before as materialized (select k.*, o.place, o.token, o.term, o.how from held k"
                + " left join lateral " + last + " o on true),"
                + " lost as (update " + ledger + " l set ended = clock_timestamp(), how = 'lost' from before b"
                + " where l.ctid = b.place and l.how is null),"
                + " forgotten as (delete from " + ledger + " l using (select o.place from before k cross join lateral"
                + " (select o.ctid as place from " + ledger + " o where " + SAME_LOCK
                + " and o.token <= (select q.token"
                + " from " + ledger + " q where q.classid = k.a and q.objid = k.b and q.objsubid = k.s"
                + " order by q.token desc offset " + (TERMS_KEPT - 1) + " limit 1)) o where k.term % " + FORGET_EVERY
                + " = 0) f where l.ctid = f.place),"
                + " old as (delete from " + ledger + " l where l.ctid = any(array(select o.ctid from " + ledger
                + " o where o.ended < now() - interval '" + KEPT_FOR + "' order by o.ended limit 100"
                + " for update skip locked))),"
                + " written as (insert into " + ledger
                + " (classid, objid, objsubid, token, term, key, node, run, address,"
                + " lease_millis, system_id, timeline, started)"
                + " select b.a, b.b, b.s, greatest(h.token, b.token + 1), coalesce(b.term, 0) + 1, b.key, ?, ?::uuid,"
                + " host(inet_client_addr()), ?, ?, h.timeline, clock_timestamp() from before b, history h"
                + " returning classid, objid, objsubid, token)"
                + " select k.i, w.token, pg_notify(?, 'run ' || " + Sql.NAME + " || ' ' || w.token || ' ' || ?)"
                + " from held k join written w on w.classid = k.a and w.objid = k.b and w.objsubid = k.s";
    }

    private static String clean(String ledger) {
        return "update " + ledger + " l set ended = clock_timestamp(), how = 'clean', reason = k.reason"
                + " from (select k.*, o.place from unnest(?::int[], ?::int[], ?::int[], ?::bigint[], ?::text[])"
                + " with ordinality as k(a, b, s, t, reason, i)" + Sql.HELD
                + " cross join lateral (select o.ctid as place from " + ledger + " o where " + SAME_LOCK
                + " and o.token = k.t and o.how is null limit 1) o) k where l.ctid = k.place and l.how is null"
                + " returning k.i, pg_notify(?, 'clean ' || " + Sql.NAME + " || ' ' || k.t)";
    }

    private static String enter(String ledger) {
        return "update " + ledger + " n set system_id = ?, timeline = t.timeline, token = (" + EPOCH + ") << 44,"
                + " started = null from (select " + Sql.TIMELINE + " as timeline) t where n.objsubid = 0"
                + " and (n.system_id, n.timeline) is distinct from (?, t.timeline)";
    }

    private static String open(String ledger) {
        return "update " + ledger + " n set started = clock_timestamp() where n.objsubid = 0 and n.started is null"
                + " and n.system_id = ? and n.timeline = ? and n.timeline = " + Sql.TIMELINE;
    }

    private static final String TERM_COLUMNS = "o.classid, o.objid, o.objsubid, o.token, o.key, o.node, o.run::text,"
            + " o.address, o.lease_millis, o.started, o.ended, o.how, o.reason";

    private static String history(String ledger) {
        return "select " + TERM_COLUMNS + " from " + ledger + " o where o.objsubid <> 0 and (?::int is null or"
                + " (o.classid = ? and o.objid = ? and o.objsubid = ?)) order by o.started desc, o.token desc limit ?";
    }

    private static String terms(String last) {
        return "select " + TERM_COLUMNS + " from " + Sql.LOCKS + " cross join lateral " + last + " o";
    }
}
