package dev.highlander.postgres;

import org.jspecify.annotations.Nullable;

/**
 * That a node keeps the ledger of its namespace.
 *
 * @param schema where, or null for where it is; where there is none, in the first schema of the search path that it may be
 *     created in
 */
record LedgerChoice(@Nullable String schema) {}
