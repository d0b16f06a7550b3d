package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.highlander.Singleton;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.LedgerTerm.Outcome;
import dev.highlander.postgres.Nodes.Running;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ledger on a real server. Leases are so long or so short that nothing has to be timed. */
final class PostgresLedgerTest {
    private static final Key KEY = Key.of("relay");
    private static final Lease LONG = Lease.of(Duration.ofMinutes(20));
    private static final Lease SHORT = Lease.of(Duration.ofMillis(500));
    private static final Duration SOON = Duration.ofMinutes(1);

    private final Nodes nodes = new Nodes();
    private final LedgerTable table = new LedgerTable("public", LedgerTable.nameOf(nodes.namespace));

    private final List<Claims> claims = new ArrayList<>();

    @AfterEach
    void closeAll() {
        claims.forEach(Claims::end);
        nodes.close();
    }

    private Claims claim(PostgresLocks on, Key key) {
        Claims one = new Claims(on, key);
        claims.add(one);
        return one;
    }

    private PostgresLocks open(String node, Lease lease) {
        return nodes.open(nodes.builder(node).lease(lease).ledger());
    }

    /** A ledger for long leases, whose namespace has long been open. */
    private void openLongAgo() throws Exception {
        for (String statement : PostgresLedger.schema(nodes.namespace, "public", LONG, List.of())) {
            nodes.execute(statement);
        }
        PostgresLocks first = open("first of all", SHORT);
        Nodes.awaitReady(first);
        first.close();
        nodes.execute("update " + table.sql() + " set started = now() where objsubid = 0");
    }

    private List<LedgerTerm> history() {
        return history(Optional.of(KEY));
    }

    private List<LedgerTerm> history(Optional<Key> key) {
        return PostgresLedger.history(DatabaseUrl.parse(nodes.server.url()), nodes.namespace, key, 1000);
    }

    // When a child may start.

    @Test
    void a_key_that_has_never_run_starts_at_once_in_a_namespace_that_is_open() throws Exception {
        openLongAgo();

        claim(open("cold", LONG), KEY).awaitStartable();
    }

    @Test
    void in_one_that_is_not_it_waits_for_the_longest_lease_of_all() throws Exception {
        for (String statement : PostgresLedger.schema(nodes.namespace, "public", LONG, List.of())) {
            nodes.execute(statement);
        }

        assertThat(claim(open("cold", SHORT), KEY).awaitSettle()).isGreaterThan(SOON);
    }

    @Test
    void a_node_that_comes_after_a_clean_end_starts_at_once_though_it_has_heard_nothing() throws Exception {
        openLongAgo();
        PostgresLocks first = open("first", LONG);
        Hold one = claim(first, KEY).awaitStartable();
        one.release();
        first.close();

        Hold two = claim(open("second", LONG), KEY).awaitStartable();

        assertThat(two.token()).isGreaterThan(one.token());
        assertThat(history()).extracting(LedgerTerm::outcome).containsExactly(Outcome.HELD, Outcome.CLEAN);
    }

    @Test
    void a_node_that_comes_after_a_lost_session_waits_for_the_lease_of_that_node() throws Exception {
        openLongAgo();
        Claims first = claim(open("long", LONG), KEY);
        first.awaitStartable();
        nodes.terminate("long");
        first.end();

        Claims second = claim(open("short", SHORT), KEY);

        assertThat(second.awaitSettle()).as("after a long lease").isGreaterThan(LONG.length());
    }

    @Test
    void and_no_longer() throws Exception {
        openLongAgo();
        Claims first = claim(open("short", SHORT), KEY);
        first.awaitStartable();
        nodes.terminate("short");
        first.end();

        Claims second = claim(open("long", LONG), KEY);

        assertThat(second.awaitSettle()).as("after a short lease").isLessThan(SOON);
        assertThat(second.awaitStartable().token()).isPositive();
        assertThat(history()).extracting(LedgerTerm::outcome).containsExactly(Outcome.HELD, Outcome.LOST);
    }

    @Test
    void a_clean_end_in_another_history_of_the_server_is_none() throws Exception {
        openLongAgo();
        PostgresLocks first = open("first", LONG);
        claim(first, KEY).awaitStartable().release();
        first.close();
        nodes.execute("update " + table.sql() + " set timeline = timeline + 1 where objsubid <> 0");

        assertThat(claim(open("second", SHORT), KEY).awaitSettle()).isGreaterThan(SOON);
    }

    @Test
    void a_namespace_is_opened_by_a_node_that_stays() throws Exception {
        PostgresLocks node = open("stays", SHORT);
        Nodes.awaitReady(node);

        await().atMost(Nodes.PATIENCE)
                .until(() -> !nodes.ask(
                                "select started from " + table.sql() + " where objsubid = 0 and started is not null")
                        .isEmpty());
    }

    @Test
    void in_another_history_it_is_not_open_any_more_and_tokens_go_on() throws Exception {
        openLongAgo();
        PostgresLocks first = open("first", SHORT);
        Hold one = claim(first, KEY).awaitStartable();
        one.release();
        first.close();
        // As after a restored dump: another system, where transactions and timelines begin again.
        nodes.execute("update " + table.sql()
                + " set system_id = 1, timeline = 7, token = 6::bigint << 44 where objsubid = 0");
        nodes.execute("update " + table.sql()
                + " set system_id = 1, timeline = 7, token = (6::bigint << 44) + 1000000000" + " where objsubid <> 0");

        Claims second = claim(open("second", SHORT), KEY);
        assertThat(second.awaitSettle()).isGreaterThan(SOON);
        assertThat(nodes.ask("select started is null and token > 6::bigint << 44 from " + table.sql()
                        + " where objsubid = 0"))
                .isEqualTo("t");
    }

    // What is written.

    @Test
    void F9_the_history_tells_who_ran_it_and_how_each_term_ended() throws Exception {
        openLongAgo();
        Singleton first = nodes.start(open("first", LONG), KEY);
        Running one = nodes.awaitStart();
        first.stepDown(Duration.ofHours(1));
        one.awaitEnd();
        nodes.start(open("second", SHORT), KEY);
        Running two = nodes.awaitStart();

        List<LedgerTerm> terms = history();

        assertThat(terms).extracting(LedgerTerm::node).containsExactly("second", "first");
        assertThat(terms)
                .extracting(LedgerTerm::token)
                .containsExactly(two.term().token(), one.term().token());
        LedgerTerm before = terms.get(1);
        assertThat(before.outcome()).isEqualTo(Outcome.CLEAN);
        assertThat(before.reason()).contains("stepped down");
        assertThat(before.lease()).isEqualTo(LONG);
        assertThat(before.address()).contains("127.0.0.1");
        assertThat(before.ended().orElseThrow()).isAfterOrEqualTo(before.started());
        assertThat(terms.get(0).outcome()).isEqualTo(Outcome.HELD);
        assertThat(terms.get(0).ended()).isEmpty();
        assertThat(history(Optional.of(Key.of("another")))).isEmpty();
        assertThat(history(Optional.empty())).isEqualTo(terms);
    }

    @Test
    void without_a_ledger_there_is_no_history() {
        assertThatThrownBy(this::history)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("[NO_LEDGER]");
    }

    @Test
    void of_each_key_about_a_hundred_terms_are_kept_and_none_that_ended_a_month_ago() throws Exception {
        openLongAgo();
        insertTerms("relay", 160, "now() - interval '1 day'");
        insertTerms("forgotten", 150, "now() - interval '31 days'");
        nodes.execute(
                "update " + table.sql() + " set ended = null, how = null where key = 'forgotten' and token = 150");

        PostgresLocks node = open("node", SHORT);
        Claims first = claim(node, KEY);
        first.awaitStartable();
        first.end();
        claim(node, Key.of("second")).awaitStartable();

        assertThat(history()).hasSize(100);
        assertThat(nodes.ask("select string_agg(token::text, ',') from " + table.sql() + " where key = 'forgotten'"))
                .as("at most a hundred at a time, and never one that has no end")
                .isEqualTo("150");
    }

    private void insertTerms(String key, int count, String ended) throws SQLException {
        LockId lock = LockId.of(Key.of(key), nodes.namespace);
        nodes.execute("insert into " + table.sql()
                + " (classid, objid, objsubid, token, term, key, node, run, lease_millis,"
                + " system_id, timeline, started, ended, how) select " + lock.classId() + ", " + lock.objId()
                + ", 1, i, i, '"
                + key + "', 'earlier', gen_random_uuid(), 500, n.system_id, n.timeline, " + ended + ", " + ended
                + ", 'clean' from generate_series(1, " + count + ") i, " + table.sql() + " n where n.objsubid = 0");
    }

    @Test
    void D12_thousands_of_keys_are_kept_as_well() throws Exception {
        openLongAgo();
        PostgresLocks node = open("many", LONG);
        for (int i = 0; i < 3000; i++) {
            claim(node, Key.of("key " + i));
        }
        for (Claims each : claims) {
            each.awaitStartable();
        }
        claims.forEach(Claims::end);
        await().atMost(Nodes.PATIENCE)
                .until(() -> nodes.ask("select count(*) from " + table.sql() + " where how = 'clean'")
                        .equals("3000"));
    }

    @Test
    void D10_tokens_rise_over_crashes_of_the_server_whether_or_not_rows_are_left() throws Exception {
        try (PostgresServer server = PostgresServer.start(18);
                Nodes some = new Nodes(server)) {
            some.start(some.open(some.builder("d10-a").ledger()), KEY);
            some.start(some.open(some.builder("d10-b").ledger()), KEY);
            long last = some.awaitStart().term().token();
            for (int i = 0; i < 4; i++) {
                server.crash();
                server.startAgain();
                if (i == 2) {
                    some.execute("delete from " + new LedgerTable("public", LedgerTable.nameOf(some.namespace)).sql()
                            + " where how is not null");
                }
                Running next = some.awaitStart();
                assertThat(next.term().token()).isGreaterThan(last);
                last = next.term().token();
            }
        }
    }

    // Who is let in.

    private String refusalOf(PostgresLocks.Builder builder) throws Exception {
        return Nodes.awaitProblem(nodes.open(builder)).code();
    }

    @Test
    void a_node_without_it_is_refused_where_there_is_one() throws Exception {
        openLongAgo();

        assertThat(refusalOf(nodes.builder("table-free"))).isEqualTo("LEDGER_KEPT");
    }

    @Test
    void a_node_without_it_is_refused_while_one_that_keeps_it_is_there() throws Exception {
        Nodes.awaitReady(open("keeps", SHORT));

        assertThat(refusalOf(nodes.builder("table-free").lease(SHORT))).isEqualTo("LEDGER_KEPT");
    }

    @Test
    void a_node_that_keeps_it_is_refused_until_the_last_one_without_it_is_gone() throws Exception {
        PostgresLocks without = nodes.open("table-free");
        Nodes.awaitReady(without);
        PostgresLocks keeps = open("keeps", Nodes.LEASE);
        assertThat(Nodes.awaitProblem(keeps).code()).isEqualTo("LEDGER_NOT_KEPT");
        assertThat(nodes.ask("select to_regclass('" + table.sql() + "')")).isNull();

        without.close();
        Nodes.awaitReady(keeps);
    }

    @Test
    void D13_nodes_with_different_leases_are_let_in_up_to_the_one_it_was_made_for() throws Exception {
        openLongAgo();
        Nodes.awaitReady(open("short", SHORT));
        Nodes.awaitReady(open("long", LONG));

        assertThat(Nodes.awaitProblem(open("longer", Lease.of(Duration.ofMinutes(21)))))
                .hasToString("This node has a lease of 1260000 ms; the ledger " + table
                        + " is for leases of at most 1200000 ms, since others wait no longer for a child of which it does not"
                        + " tell. Give this node a lease of at most that; or raise it first, with what \"highlander schema"
                        + " --lease 1260000ms\" prints. [LEASE_ABOVE_CEILING]");
    }

    @Test
    void the_longest_lease_is_raised_by_the_schema_and_never_lowered() throws Exception {
        openLongAgo();
        for (Lease lease : List.of(SHORT, Lease.of(Duration.ofMinutes(30)), LONG)) {
            for (String statement : PostgresLedger.schema(nodes.namespace, "public", lease, List.of())) {
                nodes.execute(statement);
            }
        }

        assertThat(nodes.ask("select lease_millis from " + table.sql() + " where objsubid = 0"))
                .isEqualTo("1800000");
    }

    @Test
    void D8_what_a_role_lacks_is_named_and_granted_by_the_schema() throws Exception {
        String role = "least_" + nodes.namespace.name().substring(5, 13);
        nodes.execute("create role " + role + " login password 'x'");
        nodes.execute("revoke create on schema public from public");
        PostgresLocks.Builder builder = nodes.builder("least")
                .url("postgres://" + role + ":x@127.0.0.1:" + nodes.server.port() + "/postgres")
                .lease(SHORT)
                .ledger();
        PostgresLocks least = nodes.open(builder);
        assertThat(Nodes.awaitProblem(least).toString())
                .contains(table.name(), "highlander schema", "--grant-to " + role, "[LEDGER_MISSING]");

        List<String> statements = PostgresLedger.schema(nodes.namespace, "public", SHORT, List.of(role));
        for (String statement : statements) {
            nodes.execute(statement);
        }
        nodes.execute("revoke delete on " + table.sql() + " from " + role);
        Nodes.await(
                least,
                condition -> condition
                        .problem()
                        .filter(problem -> problem.code().equals("LEDGER_PRIVILEGE")
                                && problem.what().contains("lacks DELETE for"))
                        .isPresent());

        for (String statement : statements) {
            nodes.execute(statement);
        }
        claim(least, KEY).awaitStartable();
    }

    @Test
    void a_schema_that_is_given_is_where_it_is() throws Exception {
        String schema = "ops_" + nodes.namespace.name().substring(5, 13);
        assertThat(refusalOf(nodes.builder("early").lease(SHORT).ledger(schema)))
                .isEqualTo("LEDGER_MISSING");
        nodes.execute("create schema " + schema);
        PostgresLocks there = nodes.open(nodes.builder("there").lease(SHORT).ledger(schema));
        Nodes.awaitReady(there);

        Nodes.awaitReady(open("finds it", SHORT));
        assertThat(refusalOf(nodes.builder("elsewhere").lease(SHORT).ledger("public")))
                .isEqualTo("LEDGER_ELSEWHERE");
        nodes.execute(
                "create table " + table.sql() + " (like " + schema + "." + LedgerTable.quoted(table.name()) + ")");
        assertThat(refusalOf(nodes.builder("twice").lease(SHORT).ledger())).isEqualTo("LEDGER_TWICE");
    }

    @Test
    void D8_a_table_that_can_not_be_relied_on_is_refused() throws Exception {
        openLongAgo();
        nodes.execute("alter table " + table.sql() + " set unlogged");
        assertThat(refusalOf(nodes.builder("unlogged").lease(SHORT).ledger())).isEqualTo("LEDGER_UNFIT");
        nodes.execute("alter table " + table.sql() + " set logged");
        nodes.execute("alter table " + table.sql() + " rename reason to motive");
        assertThat(Nodes.awaitProblem(
                                nodes.open(nodes.builder("version").lease(SHORT).ledger()))
                        .toString())
                .contains("it lacks the column reason text", "it has a column motive text", "[LEDGER_UNFIT]");
        nodes.execute("alter table " + table.sql() + " rename motive to reason");
        nodes.execute("delete from " + table.sql());
        assertThat(refusalOf(nodes.builder("emptied").lease(SHORT).ledger())).isEqualTo("LEDGER_EMPTIED");
    }

    @Test
    void one_that_is_emptied_while_nodes_run_is_noticed_at_the_next_grant() throws Exception {
        openLongAgo();
        PostgresLocks node = open("node", LONG);
        Nodes.awaitReady(node);
        nodes.execute("truncate " + table.sql());
        claim(node, KEY);

        assertThat(Nodes.awaitProblem(node).code()).isEqualTo("LEDGER_EMPTIED");
    }

    @Test
    void each_namespace_has_a_table_of_its_own() {
        assertThat(LedgerTable.nameOf(Namespace.DEFAULT)).isEqualTo("highlander_ledger");
        assertThat(LedgerTable.nameOf(new Namespace("billing_2"))).isEqualTo("highlander_ledger_billing_2");
        assertThat(LedgerTable.nameOf(new Namespace("Billing"))).matches("highlander_ledgers_[0-9a-f]{16}");
        assertThat(LedgerTable.nameOf(new Namespace("b\"; drop table x; --")))
                .matches("highlander_ledgers_[0-9a-f]{16}");
        assertThat(new LedgerTable("o\"ps", "t").sql()).isEqualTo("\"o\"\"ps\".\"t\"");
    }
}
