package dev.highlander.postgres;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@EnabledIfSystemProperty(named = "highlander.majors", matches = "all", disabledReason = "runs with -Pmajors")
final class Postgres17ContractTest extends PostgresContract {
    Postgres17ContractTest() {
        super(17);
    }
}
