package dev.highlander.postgres;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "highlander.majors", matches = "all", disabledReason = "runs with -Pmajors")
final class Postgres15ContractTest extends PostgresContract {
    Postgres15ContractTest() {
        super(15);
    }
}
