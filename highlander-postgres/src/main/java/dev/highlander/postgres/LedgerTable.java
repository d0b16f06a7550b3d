package dev.highlander.postgres;

import dev.highlander.lock.Namespace;
import java.util.regex.Pattern;

/**
 * The table that a ledger is kept in: one for each namespace, so that everyone can see in the catalog which has one.
 *
 * @param schema the schema that it is in
 * @param name its name
 */
record LedgerTable(String schema, String name) {
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9_]{1,40}");

    /** The name of the namespace's table, in whatever schema. Never changes: old and new versions must meet. */
    static String nameOf(Namespace namespace) {
        if (namespace.equals(Namespace.DEFAULT)) {
            return "highlander_ledger";
        }
        return PLAIN.matcher(namespace.name()).matches()
                ? "highlander_ledger_" + namespace.name()
                : "highlander_ledgers_" + Channels.hash(namespace);
    }

    /** As it is written in a statement. */
    String sql() {
        return quoted(schema) + "." + quoted(name);
    }

    static String quoted(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
