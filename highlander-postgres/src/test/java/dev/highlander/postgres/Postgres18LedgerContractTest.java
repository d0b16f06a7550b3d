package dev.highlander.postgres;

final class Postgres18LedgerContractTest extends PostgresContract {
    Postgres18LedgerContractTest() {
        super(18);
    }

    @Override
    PostgresLocks.Builder with(PostgresLocks.Builder builder) {
        return builder.ledger();
    }
}
