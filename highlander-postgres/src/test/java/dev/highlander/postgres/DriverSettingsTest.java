package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;

/** F4: settings that contradict the guarantee are refused at once, with the inequality that does not hold. */
final class DriverSettingsTest {
    private static PostgresLocks.Builder builder(String hosts, String parameters) {
        return PostgresLocks.builder().url("jdbc:postgresql://" + hosts + "/app?" + parameters);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a   | socketTimeout=2                      | socketTimeout 2 s ≥ 0.3 × lease 10 s does not hold
            a,b | loginTimeout=5                       | loginTimeout 5 s ≥ 2 hosts × connectTimeout 3 s does not hold
            a,b | loginTimeout=3&connectTimeout=2      | loginTimeout 3 s ≥ 2 hosts × connectTimeout 2 s does not hold
            a   | socketTimeout=soon                   | socketTimeout is no number
            a   | targetServerType=secondary           | targetServerType=secondary leads to a standby
            a   | targetServerType=preferSecondary     | targetServerType=preferSecondary leads to a standby
            a,b | targetServerType=any                 | whichever of the 2 hosts answers first
            a   | readOnly=true                        | readOnly=true
            a   | replication=database                 | replication=database
            a   | options=-c%20statement_timeout=5s    | options sets statement_timeout=5s, which Highlander sets to 0
            a   | options=--idle-session-timeout=0     | options sets idle_session_timeout=0, which Highlander sets to 11000
            a   | options=-cgeqo=off%20-c%20synchronous_commit=off | synchronous_commit=off, which Highlander sets to on
            a   | options=-c%20default_transaction_read_only=on    | default_transaction_read_only=on
            """)
    void F4_a_setting_that_contradicts_the_lease_is_refused_at_once(String hosts, String parameters, String expected) {
        assertThatThrownBy(() -> builder(hosts, parameters).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void F4_properties_are_looked_at_as_well_as_the_URL() {
        Properties more = new Properties();
        PGProperty.SOCKET_TIMEOUT.set(more, 1);

        assertThatThrownBy(() -> builder("a", "").properties(more).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("socketTimeout 1 s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socketTimeout=3",
                "socketTimeout=0",
                "socketTimeout=60",
                "connectTimeout=1",
                "connectTimeout=30",
                "loginTimeout=2",
                "targetServerType=any",
                "targetServerType=primary",
                "readOnly=false",
                "tcpKeepAlive=false",
                "options=-c%20statement_timeout=0%20-c%20geqo=off",
            })
    void F4_a_setting_that_leaves_room_is_accepted(String parameters) {
        DriverSettings.refuseContradictions(
                DatabaseUrl.parse("jdbc:postgresql://a/app?" + parameters), new Properties(), Lease.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 3, 12", "1, 0, 1, 12", "9, 60, 3, 12", "0, 7, 3, 7"})
    void an_attempt_to_connect_has_the_time_that_the_user_gives_it_but_not_more_than_the_lease_leaves(
            int connect, int login, String connectExpected, String loginExpected) {
        Properties properties = new Properties();
        PGProperty.CONNECT_TIMEOUT.set(properties, connect);
        PGProperty.LOGIN_TIMEOUT.set(properties, login);

        DriverSettings.limit(properties, Duration.ofSeconds(3), 2);

        assertThat(PGProperty.CONNECT_TIMEOUT.getOrNull(properties)).isEqualTo(connectExpected);
        assertThat(PGProperty.LOGIN_TIMEOUT.getOrNull(properties)).isEqualTo(loginExpected);
        assertThat(PGProperty.SOCKET_TIMEOUT.getOrNull(properties)).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extendedCacheEverything",
                "autosave=always",
                "stringtype=unspecified",
                "binaryTransfer=false",
                "loggerLevel=OFF",
                "preparedStatementCacheQueries=0",
            })
    void settings_of_the_driver_that_are_a_matter_of_taste_work(String parameter) throws Exception {
        try (Nodes nodes = new Nodes()) {
            nodes.start(nodes.open(nodes.builder("a").url(nodes.server.url() + "&" + parameter)), Key.of("relay"));

            assertThat(nodes.awaitStart().term().isHeld()).isTrue();
        }
    }
}
