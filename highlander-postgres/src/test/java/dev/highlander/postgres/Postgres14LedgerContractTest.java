package dev.highlander.postgres;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "highlander.majors", matches = "all", disabledReason = "runs with -Pmajors")
final class Postgres14LedgerContractTest extends PostgresContract {
    Postgres14LedgerContractTest() {
        super(14);
    }

    @Override
    PostgresLocks.Builder with(PostgresLocks.Builder builder) {
        return builder.ledger();
    }
}
