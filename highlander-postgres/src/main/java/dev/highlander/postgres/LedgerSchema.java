package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.util.ArrayList;
import java.util.List;

/** The statements that make a ledger; they do no harm to one that is there. */
final class LedgerSchema {
    /** What a node needs to be allowed on the table. */
    static final List<String> PRIVILEGES = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    /** Its columns in their order, each with its type as {@code format_type} says it. */
    static final List<String> COLUMNS = List.of(
            "classid integer",
            "objid integer",
            "objsubid integer",
            "token bigint",
            "term bigint",
            "key text",
            "node text",
            "run uuid",
            "address text",
            "lease_millis integer",
            "system_id bigint",
            "timeline bigint",
            "started timestamp with time zone",
            "ended timestamp with time zone",
            "how text",
            "reason text");

    private LedgerSchema() {}

    /** {@code ceiling} is the longest lease that a node may have; one that is there is raised to it, never lowered. */
    static List<String> statements(LedgerTable table, Lease ceiling) {
        String ledger = table.sql();
        List<String> all = new ArrayList<>();
        all.add("create table if not exists " + ledger + " (\n"
                + "    classid integer not null, -- the lock: as in pg_locks\n"
                + "    objid integer not null,\n"
                + "    objsubid integer not null, -- 1 and 2 as in pg_locks, 0 in the row of the namespace\n"
                + "    token bigint not null, -- of the namespace: where those begin\n"
                + "    term bigint,\n"
                + "    key text,\n"
                + "    node text,\n"
                + "    run uuid,\n"
                + "    address text,\n"
                + "    lease_millis integer not null, -- of the namespace: the longest that a node may have\n"
                + "    system_id bigint, -- the history in which it was written; of the namespace: in which it is\n"
                + "    timeline bigint,\n"
                + "    started timestamp with time zone, -- of the namespace: since when it is open there\n"
                + "    ended timestamp with time zone,\n"
                + "    how text,\n"
                + "    reason text,\n"
                + "    primary key (classid, objid, objsubid, token),\n"
                + "    check (lease_millis between " + Lease.MIN.toMillis() + " and " + Lease.MAX.toMillis() + "),\n"
                + "    check ((system_id is null) = (timeline is null)),\n"
                + "    check ((how is null) = (ended is null) and how in ('clean', 'lost')),\n"
                + "    check (case objsubid when 0 then classid = 0 and objid = 0 and how is null\n"
                + "        else objsubid in (1, 2) and token > 0 and term is not null and key is not null and node is not null\n"
                + "            and run is not null and timeline is not null and started is not null end)\n"
                + ")");
        all.add("create unique index if not exists " + LedgerTable.quoted(table.name() + "_namespace") + " on " + ledger
                + " (objsubid) where objsubid = 0");
        all.add("create index if not exists " + LedgerTable.quoted(table.name() + "_ended") + " on " + ledger
                + " (ended) where ended is not null");
        all.add("comment on table " + ledger + " is 'Which node held which key of Highlander, and how each term ended."
                + " Nodes start by what it says: change nothing here while they run.'");
        all.add("insert into " + ledger + " as l (classid, objid, objsubid, token, lease_millis) values (0, 0, 0, 0, "
                + ceiling.length().toMillis() + ")\n    on conflict (objsubid) where objsubid = 0"
                + " do update set lease_millis = greatest(l.lease_millis, excluded.lease_millis)");
        return all;
    }

    /** What {@code role} needs to keep it. */
    static List<String> grants(LedgerTable table, String role) {
        String to = " to " + LedgerTable.quoted(role);
        return List.of(
                "grant usage on schema " + LedgerTable.quoted(table.schema()) + to,
                "grant " + String.join(", ", PRIVILEGES).toLowerCase(java.util.Locale.ROOT) + " on " + table.sql()
                        + to);
    }
}
