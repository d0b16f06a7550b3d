package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link Admission} that is about the ledger: finds it, makes it where there is none and this role may, and
 * refuses one that can't be relied on. After the node's lease lock has been taken and the others' looked at.
 */
final class LedgerAdmission {
    private final Connection connection;
    private final Namespace namespace;
    private final @Nullable String wantedSchema;
    private final Lease lease;

    LedgerAdmission(Connection connection, Namespace namespace, @Nullable String wantedSchema, Lease lease) {
        this.connection = connection;
        this.namespace = namespace;
        this.wantedSchema = wantedSchema;
        this.lease = lease;
    }

    LedgerAccess admit() throws SQLException, RefusedException {
        prepareSession();
        LedgerTable table = find();
        if (table == null) {
            table = create();
        }
        checkPrivileges(table);
        checkColumns(table);
        Lease ceiling = ceiling(table);
        if (lease.nanos() > ceiling.nanos()) {
            throw new RefusedException(LedgerProblems.aboveCeiling(table, lease, ceiling));
        }
        Lineage present = present();
        enter(table, present);
        return new LedgerAccess(table, present, ceiling);
    }

    private void enter(LedgerTable table, Lineage present) throws SQLException {
        try (PreparedStatement enter =
                connection.prepareStatement(LedgerSql.of(table).enter())) {
            for (int i = 1; i <= 3; i++) {
                enter.setLong(i, present.system());
            }
            enter.executeUpdate();
        }
    }

    private void prepareSession() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Plans are made once, on a table that may be empty then.
            statement.execute("set enable_seqscan = off");
            // Each statement sees what was committed before it began, and fails for no other session's sake.
            statement.execute("set default_transaction_isolation = 'read committed'");
            // Rows that a policy hides are an error rather than no rows.
            statement.execute("set row_security = off");
        }
    }

    private @Nullable LedgerTable find() throws SQLException, RefusedException {
        List<Found> found = all(connection, namespace);
        if (found.isEmpty()) {
            return null;
        }
        LedgerTable table = found.get(0).table;
        if (found.size() > 1) {
            throw new RefusedException(LedgerProblems.twice(
                    table.name(),
                    found.stream().map(each -> each.table.schema()).toList()));
        }
        if (wantedSchema != null && !table.schema().equals(wantedSchema)) {
            throw new RefusedException(
                    LedgerProblems.elsewhere(new LedgerTable(wantedSchema, table.name()), table.schema()));
        }
        if (!found.get(0).plain) {
            throw new RefusedException(LedgerProblems.noTable(table));
        }
        return table;
    }

    /** A relation of a ledger's name, and whether it is a plain table that survives a crash. */
    record Found(LedgerTable table, boolean plain) {}

    /** Those of a namespace in all schemas of the database, seen by any role. */
    static List<Found> all(Connection connection, Namespace namespace) throws SQLException {
        String name = LedgerTable.nameOf(namespace);
        List<Found> all = new ArrayList<>();
        try (PreparedStatement look = connection.prepareStatement(Sql.LEDGERS)) {
            look.setString(1, name);
            try (ResultSet row = look.executeQuery()) {
                while (row.next()) {
                    boolean plain =
                            row.getString(2).equals("r") && row.getString(3).equals("p");
                    all.add(new Found(new LedgerTable(row.getString(1), name), plain));
                }
            }
        }
        return all;
    }

    private LedgerTable create() throws SQLException, RefusedException {
        String name = LedgerTable.nameOf(namespace);
        String role = one("select current_user");
        LedgerTable table;
        if (wantedSchema == null) {
            String first = one("select s from unnest(current_schemas(false)) with ordinality as x(s, i)"
                    + " where has_schema_privilege(s, 'CREATE') order by i limit 1");
            if (first == null) {
                throw new RefusedException(LedgerProblems.nowhere(name, String.valueOf(role)));
            }
            table = new LedgerTable(first, name);
        } else {
            table = new LedgerTable(wantedSchema, name);
            String may = one(
                    "select has_schema_privilege(nspname, 'CREATE')::text from pg_namespace where nspname = ?",
                    wantedSchema);
            if (!"true".equals(may)) {
                throw new RefusedException(LedgerProblems.missing(table, may != null, String.valueOf(role)));
            }
        }
        create(table);
        return table;
    }

    /** In one transaction, one node after the other: of two that come at once, the second finds what the first has made. */
    private void create(LedgerTable table) throws SQLException, RefusedException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + Channels.nodes(namespace) + ", 0)");
            if (find() == null) {
                for (String each : LedgerSchema.statements(table, lease)) {
                    statement.execute(each);
                }
            }
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
            connection.clearWarnings();
        }
    }

    private void checkPrivileges(LedgerTable table) throws SQLException, RefusedException {
        List<String> missing = new ArrayList<>();
        if (!"true".equals(one("select has_schema_privilege(?, 'USAGE')::text", table.schema()))) {
            missing.add("USAGE on the schema");
        }
        for (String privilege : LedgerSchema.PRIVILEGES) {
            String has = one(
                    "select has_table_privilege(c.oid, ?)::text from pg_class c join pg_namespace n"
                            + " on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?",
                    privilege,
                    table.schema(),
                    table.name());
            if (!"true".equals(has)) {
                missing.add(privilege);
            }
        }
        if (!missing.isEmpty()) {
            throw new RefusedException(
                    LedgerProblems.mayNot(table, missing, String.valueOf(one("select current_user"))));
        }
    }

    private void checkColumns(LedgerTable table) throws SQLException, RefusedException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement look = connection.prepareStatement("select a.attname || ' ' ||"
                + " format_type(a.atttypid, a.atttypmod) from pg_attribute a join pg_class c on c.oid = a.attrelid"
                + " join pg_namespace n on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?"
                + " and a.attnum > 0 and not a.attisdropped order by a.attnum")) {
            look.setString(1, table.schema());
            look.setString(2, table.name());
            try (ResultSet row = look.executeQuery()) {
                while (row.next()) {
                    columns.add(row.getString(1));
                }
            }
        }
        List<String> differences = new ArrayList<>();
        LedgerSchema.COLUMNS.stream()
                .filter(column -> !columns.contains(column))
                .forEach(column -> differences.add("it lacks the column " + column));
        columns.stream()
                .filter(column -> !LedgerSchema.COLUMNS.contains(column))
                .forEach(column -> differences.add("it has a column " + column));
        if (!differences.isEmpty()) {
            throw new RefusedException(LedgerProblems.otherColumns(table, differences));
        }
    }

    private Lease ceiling(LedgerTable table) throws SQLException, RefusedException {
        String millis = one("select lease_millis::text from " + table.sql() + " where objsubid = 0");
        if (millis == null) {
            throw new RefusedException(LedgerProblems.emptied(table));
        }
        return Lease.of(Duration.ofMillis(Long.parseLong(millis)));
    }

    private Lineage present() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select s.system_identifier, " + Sql.TIMELINE + " from pg_control_system() s")) {
            row.next();
            return new Lineage(row.getLong(1), row.getLong(2));
        }
    }

    /** The only column of the first row, or null. */
    private @Nullable String one(String sql, String... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }
}
