package dev.highlander.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StandbyTest {
    @BeforeAll
    static void needsPostgres() {
        Assumptions.assumeFalse(PostgresServer.majors().isEmpty(), "no Postgres for this platform");
    }

    static Stream<Integer> majors() {
        return PostgresServer.majors().stream().filter(major -> major >= 14);
    }

    @ParameterizedTest
    @MethodSource("majors")
    void a_standby_has_what_its_primary_wrote_and_goes_on_from_there_when_it_is_promoted(int major)
            throws SQLException {
        try (PostgresServer primary = PostgresServer.start(major);
                PostgresServer standby =
                        PostgresServer.builder().standbyOf(primary).start()) {
            execute(primary, "create table t as select 1 as x");
            standby.awaitReplayOf(primary);
            assertThat(count(standby)).isEqualTo(1);
            assertThatThrownBy(() -> execute(standby, "insert into t values (2)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("read-only");
            primary.crash();

            standby.promote();

            execute(standby, "insert into t values (2)");
            assertThat(count(standby)).isEqualTo(2);
            primary.follow(standby);
            primary.awaitReplayOf(standby);
            assertThat(count(primary)).isEqualTo(2);
        }
    }

    private static void execute(PostgresServer server, String sql) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int count(PostgresServer server) throws SQLException {
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from t")) {
            row.next();
            return row.getInt(1);
        }
    }
}
