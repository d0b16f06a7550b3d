package dev.highlander.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.embedded.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two instances of the sample on a real Postgres: one is killed, one is drained, and the table of what was sent shows who
 * was at work. The server numbers the rows, so a row under a smaller token than an earlier row's is a second copy.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES) // for a machine that is busy, and with -Pdrills
class RollingDeployIT {
    private static final int ROUNDS = "long".equals(System.getProperty("highlander.drills")) ? 20 : 1;
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private static final AtomicInteger SEQUENCE = new AtomicInteger();

    private final PostgresServer server = PostgresServer.shared(18);
    private final String database = server.newDatabase();
    private final List<Instance> instances = new ArrayList<>();

    @BeforeEach
    void table() throws SQLException {
        execute("create table sent (id bigserial primary key, node varchar(63) not null, token bigint not null)");
    }

    @AfterEach
    void end() {
        instances.forEach(Instance::close);
    }

    @Test
    void A1_D9_one_of_two_instances_works_and_the_other_takes_over_when_it_is_killed_or_drained() throws Exception {
        start();
        start();
        for (int round = 0; round < ROUNDS; round++) {
            Instance killed = awaitWork();
            killed.kill();
            instances.remove(killed);
            assertThat(awaitWork()).isNotSameAs(killed);

            Instance next = start();
            awaitAnswer(next, "/actuator/health", "\"status\":\"UP\"");
            Instance drained = awaitHolder();
            assertThat(next.http("POST", "/actuator/highlander/mail-relay", "{\"standAside\":\"30s\"}"))
                    .startsWith("405 "); // not unless it is given to somebody
            drained.drain();
            instances.remove(drained);
            assertThat(awaitWork()).isNotSameAs(drained);
            if (round + 1 < ROUNDS) {
                start();
            }
        }
        assertThat(nodesInOrder()).hasSizeGreaterThanOrEqualTo(2 * ROUNDS + 1);
        assertThat(rowsUnderASmallerTokenThanAnEarlierOne()).isZero();
    }

    private Instance start() throws Exception {
        Instance instance =
                Instance.start("sample-" + SEQUENCE.incrementAndGet(), server.url(database) + "&socketTimeout=30");
        instances.add(instance);
        return instance;
    }

    /** The instance that has sent something since now. */
    private Instance awaitWork() throws SQLException {
        long before = number("select coalesce(max(id), 0) from sent");
        List<Instance> found = new ArrayList<>();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            String node = text("select node from sent where id > " + before + " order by id desc limit 1");
            instances.stream().filter(instance -> instance.name().equals(node)).forEach(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    /** The instance of which another one says that it holds the key. */
    private Instance awaitHolder() {
        List<Instance> found = new ArrayList<>();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            for (Instance asked : List.copyOf(instances)) {
                String said = asked.http("GET", "/actuator/highlander", "");
                instances.stream()
                        .filter(instance -> said.contains(instance.name() + " holds the key."))
                        .forEach(found::add);
            }
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private static void awaitAnswer(Instance instance, String path, String part) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> instance.http("GET", path, "").contains(part));
    }

    private List<String> nodesInOrder() throws SQLException {
        List<String> nodes = new ArrayList<>();
        query("select node from sent group by node, token order by min(id)", row -> nodes.add(row.getString(1)));
        return nodes;
    }

    private long rowsUnderASmallerTokenThanAnEarlierOne() throws SQLException {
        return number("select count(*) from (select token, max(token) over (order by id) as greatest from sent) as rows"
                + " where token < greatest");
    }

    private long number(String sql) throws SQLException {
        List<Long> found = new ArrayList<>();
        query(sql, row -> found.add(row.getLong(1)));
        return found.get(0);
    }

    private String text(String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        query(sql, row -> found.add(row.getString(1)));
        return found.isEmpty() ? "" : found.get(0);
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private void query(String sql, Row each) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                each.read(rows);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
