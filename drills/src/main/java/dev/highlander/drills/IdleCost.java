package dev.highlander.drills;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.lock.Lease;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What nodes cost the server while nothing happens: three nodes with one key each, and three with a thousand, at the
 * default lease; one of each three runs all children. Counted on the server: connections in {@code pg_stat_activity},
 * statements in its log, which is told to have them all.
 */
public final class IdleCost implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int[] KEYS = {1, 1000};
    private static final int NODES = 3;
    private static final Pattern STATEMENT = Pattern.compile("(?m)^([^|\n]*)\\|LOG:  (statement|execute [^:]*):");

    private final PostgresServer server;
    private final Watch watch = new Watch(Listener.none());
    private final Map<String, NodeProcess> nodes = new TreeMap<>();

    /**
     * What one node costs.
     *
     * @param node its name, which ends with its number of keys
     * @param connections the most that were seen
     * @param statements for each second
     */
    record Cost(String node, int connections, double statements) {}

    private IdleCost(PostgresServer server, Path directory) {
        this.server = server;
        for (int keys : KEYS) {
            String database = server.newDatabase();
            for (int i = 1; i <= NODES; i++) {
                String name = "node-" + i + " keys " + keys;
                NodeProcess node = NodeProcess.start(
                        DrillNode.class,
                        new NodeArguments(
                                name,
                                server.url(database),
                                directory.resolve("node-" + i + "-" + keys + ".log"),
                                Lease.DEFAULT,
                                keys,
                                1000,
                                NodeArguments.Mode.IDLE_TASK));
                watch.follow(node);
                nodes.put(name, node);
            }
        }
    }

    /** Counts for that many seconds, prints a table and returns its rows. */
    static List<Cost> run(int seconds, Path directory) throws InterruptedException {
        try (PostgresServer server = PostgresServer.builder()
                        .setting("log_statement", "all")
                        .setting("log_line_prefix", "%a|")
                        .start();
                IdleCost cost = new IdleCost(server, directory)) {
            cost.awaitChildren();
            List<Cost> costs = cost.count(seconds);
            System.out.println(table(costs, seconds));
            return costs;
        }
    }

    /** Argument: for how many seconds to count, 20 unless given. */
    public static void main(String[] args) throws IOException, InterruptedException {
        run(args.length == 0 ? 20 : Integer.parseInt(args[0]), Files.createTempDirectory("idle-cost"));
    }

    private void awaitChildren() throws InterruptedException {
        for (int keys : KEYS) {
            watch.await(
                    "three nodes are ready and all of " + keys + " children run",
                    LIMIT,
                    () -> nodes.keySet().stream()
                                    .allMatch(name -> watch.of(name).ready())
                            && nodes.keySet().stream()
                                            .filter(name -> name.endsWith(" " + keys))
                                            .mapToInt(name -> watch.of(name).starts())
                                            .sum()
                                    == keys);
        }
    }

    private List<Cost> count(int seconds) throws InterruptedException {
        long from = logSize();
        long began = MachineClock.nanos();
        Map<String, Integer> connections = new TreeMap<>();
        for (int second = 1; second <= seconds; second++) {
            MachineClock.until(began + second * 1_000_000_000L);
            nodes.keySet().forEach(name -> connections.merge(name, connections(name), Math::max));
        }
        Map<String, Integer> statements = statements(from, logSize());
        double counted = (MachineClock.nanos() - began) / 1e9;
        List<Cost> costs = new ArrayList<>();
        connections.forEach(
                (name, most) -> costs.add(new Cost(name, most, statements.getOrDefault(name, 0) / counted)));
        return costs;
    }

    private int connections(String node) {
        try (Connection connection = server.connect("postgres");
                PreparedStatement statement = connection.prepareStatement(
                        "select count(*) from pg_stat_activity where application_name = ?")) {
            statement.setString(1, node);
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        } catch (SQLException e) {
            throw new DrillException("The connections were not counted.", e);
        }
    }

    private long logSize() {
        try {
            return Files.size(server.logFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Integer> statements(long from, long to) {
        try (RandomAccessFile file = new RandomAccessFile(server.logFile().toFile(), "r")) {
            byte[] bytes = new byte[(int) (to - from)];
            file.seek(from);
            file.readFully(bytes);
            Matcher found = STATEMENT.matcher(new String(bytes, StandardCharsets.UTF_8));
            Map<String, Integer> byNode = new TreeMap<>();
            while (found.find()) {
                byNode.merge(found.group(1), 1, Integer::sum);
            }
            return byNode;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String table(List<Cost> costs, int seconds) {
        StringBuilder text =
                new StringBuilder("\n### Idle nodes at the default lease, counted for " + seconds + " s\n\n");
        text.append("| node | connections | statements a second |\n|---|---|---|\n");
        costs.forEach(cost -> text.append(
                String.format(Locale.ROOT, "| %s | %d | %.2f |%n", cost.node, cost.connections, cost.statements)));
        return text.toString();
    }

    @Override
    public void close() {
        nodes.values().forEach(NodeProcess::close);
        watch.close();
    }
}
