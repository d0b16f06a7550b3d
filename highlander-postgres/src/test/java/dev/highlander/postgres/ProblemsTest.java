package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** D8: each thing that stands in the way has a name, says what is wrong, and says what to do about it. */
class ProblemsTest {
    private static final String WHERE = "jdbc:postgresql://db.example:5432/app";
    private static final Lease LEASE = Lease.of(Duration.ofSeconds(10));

    private static Problem of(String state, String message) {
        return Problems.of(new SQLException(message, state), WHERE);
    }

    static Stream<Problem> all() {
        return Stream.concat(
                Stream.of(
                        Problems.pooler(),
                        Problems.poolerKeepsLocks(),
                        Problems.poolerUnproven(new SQLException("no", "08P01")),
                        Problems.settingLost("lock_timeout", "0", "5s"),
                        Problems.inRecovery(),
                        Problems.readOnly(),
                        Problems.notSynchronous(),
                        Problems.lockTableShare(4800),
                        Problems.tooOld("12.4"),
                        Problems.locksHeld(),
                        Problems.locksNotShown(),
                        Problems.leaseDiffers(LEASE, 5000),
                        Problems.lockGone(),
                        Problems.deaf(),
                        Problems.warned("canceling wait for synchronous replication"),
                        Problems.noConnection("The function that makes connections gave null.")),
                Stream.of(
                                "28P01", "28000", "08004", "3D000", "42501", "53300", "53200", "57P03", "57P05",
                                "57P01", "57P02", "0A000", "08006", "", "22012", "42P05", "26000")
                        .map(state -> of(state, "FATAL: something")));
    }

    @ParameterizedTest
    @MethodSource("all")
    void D8_eachSaysWhatIsWrongAndWhatToDoInSentences(Problem problem) {
        assertThat(problem.code()).matches("[A-Z_]+");
        assertThat(problem.what()).matches("(?s)[A-Z].*\\w.*");
        assertThat(problem.remedy()).matches("(?s)[A-Z].*\\.");
        assertThat(problem.toString()).isEqualTo(problem.what() + " " + problem.remedy() + " [" + problem.code() + "]");
    }

    @Test
    void D8_aPoolerIsNamedAndIsToBeGoneAround() {
        assertText(
                Problems.pooler(),
                "POOLER",
                "A connection pooler stands between this node and Postgres and changes the session under its clients, in"
                        + " transaction or statement mode: a lock would not stay with its holder.",
                "Connect to Postgres directly, past the pooler, or have it pool by session for this database (PgBouncer:"
                        + " pool_mode=session in its line of [databases]).");
    }

    @Test
    void D8_aPoolerThatDoesNotResetIsNamed() {
        assertText(
                Problems.poolerKeepsLocks(),
                "POOLER_KEEPS_LOCKS",
                "The connection pooler between this node and Postgres does not reset a session when its client leaves: the"
                        + " keys of a node that died would stay locked.",
                "Give the pooler a reset query (PgBouncer: server_reset_query = DISCARD ALL), or connect past it.");
    }

    @Test
    void D8_aPoolerWithoutRoomForASecondSessionIsNamed() {
        assertText(
                Problems.poolerUnproven(new SQLException("FATAL: query_wait_timeout", "08P01")),
                "POOLER_UNPROVEN",
                "A connection pooler stands between this node and Postgres, and a second connection, to see whether it"
                        + " changes the session under its clients, was not to be had: query_wait_timeout.",
                "Let the pooler have more sessions (PgBouncer: pool_size): one for each node, and one more while a node"
                        + " connects. Or connect past it.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"42P05", "26000"})
    void D8_aPoolerIsAlsoKnownByThePreparedStatementsThatItMixesUp(String state) {
        assertThat(of(state, "ERROR: prepared statement \"S_1\" already exists"))
                .isEqualTo(Problems.pooler());
    }

    /** Who only looks, such as at the state of all keys, has not asked first whether the server is a standby. */
    @Test
    void D8_aStatementThatAStandbyOrAReadOnlySessionRefusesTellsWhich() {
        assertThat(of("25006", "ERROR: cannot execute LISTEN during recovery")).isEqualTo(Problems.inRecovery());
        assertThat(of("25006", "ERROR: cannot execute CREATE TABLE in a read-only transaction"))
                .isEqualTo(Problems.readOnly());
    }

    @Test
    void D8_aSettingThatDidNotStickIsNamedWithBothValues() {
        assertText(
                Problems.settingLost("lock_timeout", "0", "5s"),
                "SETTING_LOST",
                "The server was told lock_timeout = 0 but says 5s.",
                "Connect to Postgres directly: a pooler or proxy in between drops settings.");
        assertThat(Problems.settingLost("lock_timeout", "0", null).what())
                .isEqualTo("The server was told lock_timeout = 0 but says nothing.");
    }

    @Test
    void D8_aServerInRecovery() {
        assertText(
                Problems.inRecovery(),
                "IN_RECOVERY",
                "The server is a standby, or is recovering: its locks exclude nobody on the primary.",
                "Connect to the primary (in a URL with several hosts: targetServerType=primary).");
    }

    @Test
    void D8_aReadOnlyServer() {
        assertText(
                Problems.readOnly(),
                "READ_ONLY",
                "The session is read-only, so this node could not tell others what it does.",
                "Connect to the primary, and set default_transaction_read_only = off for this role.");
    }

    @Test
    void D8_aServerThatIsTooOld() {
        assertText(
                Problems.tooOld("12.4"),
                "SERVER_TOO_OLD",
                "The server is Postgres 12.4, which can't end the session of a node that fell silent.",
                "Use Postgres 14 or newer.");
    }

    @Test
    void D8_aSessionThatIsNotFresh() {
        assertText(
                Problems.locksHeld(),
                "LOCKS_HELD",
                "The new session already holds an advisory lock, so it is not a session of this node's own.",
                "Give Highlander a connection that nobody has used before and that no pooler shares.");
    }

    @Test
    void D8_aServerThatOnlyPretendsToHaveLocks() {
        assertText(
                Problems.locksNotShown(),
                "NO_ADVISORY_LOCKS",
                "The server granted an advisory lock that does not show in pg_locks: it only pretends to have them.",
                "Use PostgreSQL itself, not a database that merely speaks its protocol.");
    }

    @Test
    void D13_anotherLeaseInTheNamespaceIsNamedWithBothLengths() {
        assertText(
                Problems.leaseDiffers(LEASE, 5000),
                "LEASE_DIFFERS",
                "Another node in this namespace has a lease of 5000 ms, this one has 10000 ms: the shorter one's holder"
                        + " would not wait long enough for the other's.",
                "Give every node of the namespace the same lease; to change it, stop all nodes first, or use another"
                        + " namespace for the new ones after the old ones are gone.");
    }

    @Test
    void D8_locksThatVanished() {
        assertText(
                Problems.lockGone(),
                "LOCK_GONE",
                "The server says that this session does not hold the locks that it was granted.",
                "Find what runs DISCARD ALL or pg_advisory_unlock_all() on this node's session: a pooler between, or"
                        + " foreign code that was given its connection.");
    }

    @Test
    void D8_aSessionThatHearsNothing() {
        assertText(
                Problems.deaf(),
                "DEAF",
                "The server did not deliver this session's own notification.",
                "Find what runs UNLISTEN or DISCARD ALL on this node's session, such as a pooler between.");
    }

    @Test
    void D8_aWarningIsNoSuccess() {
        assertText(
                Problems.warned("canceling the wait."),
                "WARNED",
                "The server answered with a warning, so what it did can't be relied on: canceling the wait.",
                "If a wait for synchronous replication was cancelled, bring its standby back; else see the server's log.");
    }

    @Test
    void D8_aSourceThatGivesNoConnection() {
        assertText(
                Problems.noConnection("It gave null."),
                "NO_CONNECTION",
                "It gave null.",
                "Give Highlander a source that makes new connections to Postgres.");
    }

    private static void assertText(Problem problem, String code, String what, String remedy) {
        assertThat(problem).isEqualTo(new Problem(code, what, remedy));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            28P01 | AUTHENTICATION       | Check user and password, and the server's pg_hba.conf.
            28000 | AUTHENTICATION       | Check user and password, and the server's pg_hba.conf.
            08004 | AUTHENTICATION       | Give the password that the server asks for, or an sslmode that it speaks; see its pg_hba.conf.
            3D000 | NO_DATABASE          | Create the database or correct its name in the URL.
            42501 | PRIVILEGE            | Grant it; Highlander needs CONNECT on the database and no more.
            53300 | TOO_MANY_CONNECTIONS | Raise max_connections, or the role's CONNECTION LIMIT; each node needs one connection.
            53200 | LOCK_TABLE_FULL      | Raise max_locks_per_transaction (the table holds it times max_connections) and restart the server, or run fewer keys.
            57P03 | STARTING_OR_STOPPING | Nothing: this node tries again.
            57P05 | SESSION_IDLE         | Nothing, if this process was frozen or overloaded; else look for what stopped it.
            57P01 | SESSION_ENDED        | Nothing: this node connects again.
            57P02 | SESSION_ENDED        | Nothing: this node connects again.
            0A000 | UNSUPPORTED          | Use PostgreSQL 14 or newer itself, not a database that merely speaks its protocol.
            08001 | UNREACHABLE          | Check host, port and network; this node keeps trying.
            08006 | UNREACHABLE          | Check host, port and network; this node keeps trying.
            ''    | UNREACHABLE          | Check host, port and network; this node keeps trying.
            22012 | SERVER_ERROR         | See the server's log; this node keeps trying.
            XX000 | SERVER_ERROR         | See the server's log; this node keeps trying.
            """)
    void D8_eachSqlStateHasANameAndARemedy(String state, String code, String remedy) {
        Problem problem = of(state, "FATAL: what the server said\n  Detail: more");

        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.remedy()).isEqualTo(remedy);
        if (!code.equals("SESSION_IDLE")) {
            assertThat(problem.what()).endsWith(": what the server said.");
        }
    }

    @Test
    void whatTheServerSaidIsOneLineWithOneFullStop() {
        assertThat(of("28P01", "ERROR: no.").what()).endsWith("the log-in: no.");
        assertThat(of("28P01", "FATAL: no\nDetail: secret").what()).endsWith("the log-in: no.");
        assertThat(Problems.of(new SQLException(null, "28P01"), WHERE).what()).endsWith("the log-in: SQLException.");
        assertThat(Problems.of(new SQLException("no", (String) null), WHERE).code())
                .isEqualTo("UNREACHABLE");
    }

    @Test
    void theServerIsNamedWithoutItsPassword() {
        DatabaseUrl url = DatabaseUrl.parse("postgres://u:s3cr3t@db.example/app?password=s3cr3t");
        for (String state : new String[] {"28P01", "3D000", "53300", "57P03", "08001", "22012"}) {
            assertThat(Problems.of(new SQLException("no", state), url.toString())
                            .toString())
                    .contains("db.example")
                    .doesNotContain("s3cr3t");
        }
    }

    /** Those that will not go away by themselves are tried again at long intervals, and shown as refusals. */
    @Test
    void refusalsAreTheOnesThatSomebodyMustPutRight() {
        Map<String, Boolean> refusal = new TreeMap<>();
        all().forEach(problem -> refusal.put(problem.code(), Problems.isRefusal(problem)));

        assertThat(refusal)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("POOLER", true),
                        Map.entry("POOLER_KEEPS_LOCKS", true),
                        Map.entry("POOLER_UNPROVEN", true),
                        Map.entry("SETTING_LOST", true),
                        Map.entry("IN_RECOVERY", true),
                        Map.entry("READ_ONLY", true),
                        Map.entry("NOT_SYNCHRONOUS", true),
                        Map.entry("LOCK_TABLE_SHARE", true),
                        Map.entry("SERVER_TOO_OLD", true),
                        Map.entry("LOCKS_HELD", true),
                        Map.entry("NO_ADVISORY_LOCKS", true),
                        Map.entry("LEASE_DIFFERS", true),
                        Map.entry("NO_CONNECTION", true),
                        Map.entry("AUTHENTICATION", true),
                        Map.entry("NO_DATABASE", true),
                        Map.entry("PRIVILEGE", true),
                        Map.entry("TOO_MANY_CONNECTIONS", true),
                        Map.entry("LOCK_TABLE_FULL", true),
                        Map.entry("UNSUPPORTED", true),
                        Map.entry("LOCK_GONE", false),
                        Map.entry("DEAF", false),
                        Map.entry("WARNED", false),
                        Map.entry("STARTING_OR_STOPPING", false),
                        Map.entry("SESSION_IDLE", false),
                        Map.entry("SESSION_ENDED", false),
                        Map.entry("UNREACHABLE", false),
                        Map.entry("SERVER_ERROR", false)));
    }
}
