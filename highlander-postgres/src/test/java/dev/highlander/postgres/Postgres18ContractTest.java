package dev.highlander.postgres;

final class Postgres18ContractTest extends PostgresContract {
    Postgres18ContractTest() {
        super(18);
    }
}
