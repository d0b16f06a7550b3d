package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import java.util.List;

/** What can stand in the way of a session because of a ledger, each with its remedy. */
final class LedgerProblems {
    private LedgerProblems() {}

    /** To a node without it. */
    static Problem keptByOthers(String where) {
        return new Problem(
                "LEDGER_KEPT",
                "The nodes of this namespace keep a ledger, in the table " + where
                        + ", and go by what it says; this node would not write there when it runs something.",
                "Give this node the ledger as well: ledger() in the library, --ledger on the command line. To give the"
                        + " ledger up, stop all nodes of the namespace and drop the table.");
    }

    /** To a node without it, which has seen one that keeps it. */
    static Problem othersKeepOne(long theirsMillis) {
        return new Problem(
                "LEDGER_KEPT",
                "Another node in this namespace, with a lease of " + theirsMillis
                        + " ms, keeps a ledger and goes by what it says; this node would not write there.",
                "Give this node the ledger as well: ledger() in the library, --ledger on the command line.");
    }

    /** To a node that keeps it. */
    static Problem othersKeepNone(long theirsMillis) {
        return new Problem(
                "LEDGER_NOT_KEPT",
                "Another node in this namespace, with a lease of " + theirsMillis
                        + " ms, keeps no ledger, so the ledger would not tell when it runs something.",
                "Restart that node with the ledger; this one waits until the last node without it is gone.");
    }

    static Problem missing(LedgerTable wanted, boolean schemaIsThere, String role) {
        return new Problem(
                "LEDGER_MISSING",
                schemaIsThere
                        ? "There is no ledger " + wanted + ", and the role " + role
                                + " may not create one in that schema."
                        : "There is no schema " + wanted.schema() + " for the ledger " + wanted + ".",
                "Let someone who may execute what \"highlander schema\" prints, with the same namespace and schema and with"
                        + " --grant-to " + role + ".");
    }

    static Problem nowhere(String name, String role) {
        return new Problem(
                "LEDGER_MISSING",
                "There is no ledger " + name + ", and the role " + role
                        + " may create one in no schema of its search path.",
                "Let someone who may execute what \"highlander schema\" prints, with the same namespace and with --grant-to "
                        + role + ".");
    }

    static Problem twice(String name, List<String> schemas) {
        return new Problem(
                "LEDGER_TWICE",
                "The table " + name + " is in several schemas, " + String.join(" and ", schemas)
                        + ": nodes that keep different ledgers would not see each other there.",
                "Stop all nodes of the namespace, and drop all of these tables but one.");
    }

    static Problem elsewhere(LedgerTable wanted, String schema) {
        return new Problem(
                "LEDGER_ELSEWHERE",
                "The ledger of this namespace is in the schema " + schema + ", not in " + wanted.schema() + ".",
                "Name the schema " + schema + ", or none. To move it, stop all nodes of the namespace first.");
    }

    static Problem noTable(LedgerTable table) {
        return new Problem(
                "LEDGER_UNFIT",
                "The ledger " + table + " is no plain, logged table: a crash would empty it, or something would stand"
                        + " between a node and its rows.",
                "Stop all nodes of the namespace, drop it, and make it as \"highlander schema\" says.");
    }

    static Problem otherColumns(LedgerTable table, List<String> differences) {
        return new Problem(
                "LEDGER_UNFIT",
                "The ledger " + table + " is one of another version: " + String.join(", ", differences) + ".",
                "Use the same version on all nodes; or stop all of them, drop the table, and make it as"
                        + " \"highlander schema\" of this version says.");
    }

    static Problem mayNot(LedgerTable table, List<String> privileges, String role) {
        return new Problem(
                "LEDGER_PRIVILEGE",
                "The role " + role + " lacks " + String.join(", ", privileges) + " for the ledger " + table + ".",
                "Let its owner execute: " + String.join("; ", LedgerSchema.grants(table, role)) + ".");
    }

    static Problem noHistory(String name) {
        return new Problem(
                "NO_LEDGER",
                "There is no table " + name + " in this database, so no history of this namespace is kept.",
                "Give all nodes of the namespace the ledger: ledger() in the library, --ledger on the command line.");
    }

    static Problem emptied(LedgerTable table) {
        return new Problem(
                "LEDGER_EMPTIED",
                "The ledger " + table + " lacks the row of its namespace: somebody has emptied it.",
                "Stop all nodes of the namespace, and execute what \"highlander schema\" prints.");
    }

    static Problem aboveCeiling(LedgerTable table, Lease ours, Lease ceiling) {
        return new Problem(
                "LEASE_ABOVE_CEILING",
                "This node has a lease of " + ours.length().toMillis() + " ms; the ledger " + table
                        + " is for leases of at most " + ceiling.length().toMillis()
                        + " ms, since others wait no longer for a child of which it does not tell.",
                "Give this node a lease of at most that; or raise it first, with what \"highlander schema --lease "
                        + ours.length().toMillis() + "ms\" prints.");
    }
}
