package dev.highlander.postgres;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "highlander.majors", matches = "all", disabledReason = "runs with -Pmajors")
final class Postgres16ContractTest extends PostgresContract {
    Postgres16ContractTest() {
        super(16);
    }
}
