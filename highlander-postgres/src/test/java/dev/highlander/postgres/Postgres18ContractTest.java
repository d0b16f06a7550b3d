package dev.highlander.postgres;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "highlander.majors", matches = "all", disabledReason = "runs with -Pmajors")
final class Postgres18ContractTest extends PostgresContract {
    Postgres18ContractTest() {
        super(18);
    }
}
