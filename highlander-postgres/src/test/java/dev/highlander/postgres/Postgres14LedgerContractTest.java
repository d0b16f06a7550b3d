package dev.highlander.postgres;

final class Postgres14LedgerContractTest extends PostgresContract {
    Postgres14LedgerContractTest() {
        super(14);
    }

    @Override
    PostgresLocks.Builder with(PostgresLocks.Builder builder) {
        return builder.ledger();
    }
}
