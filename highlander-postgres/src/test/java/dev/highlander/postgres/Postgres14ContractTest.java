package dev.highlander.postgres;

final class Postgres14ContractTest extends PostgresContract {
    Postgres14ContractTest() {
        super(14);
    }
}
