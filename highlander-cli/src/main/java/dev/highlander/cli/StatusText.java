package dev.highlander.cli;

import dev.highlander.cli.StatusSource.Row;
import dev.highlander.lock.Namespace;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The state of all keys, for people and for programs. */
final class StatusText {
    private static final List<String> HEADER = List.of("KEY", "STATE", "NODE", "SINCE", "TOKEN", "ADDRESS", "WAITING");
    private static final String UNKNOWN = "-";

    private StatusText() {}

    static String table(List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADER);
        rows.forEach(row -> lines.add(cells(row)));
        return aligned(lines);
    }

    /** Lines with the same number of cells, as a table. */
    static String aligned(List<List<String>> lines) {
        int[] widths = IntStream.range(0, lines.get(0).size())
                .map(column -> lines.stream()
                        .mapToInt(line -> line.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return lines.stream().map(line -> aligned(line, widths)).collect(Collectors.joining("\n"));
    }

    private static List<String> cells(Row row) {
        return List.of(
                row.key(),
                row.state(),
                row.node().orElse(UNKNOWN),
                row.since()
                        .map(since -> since.truncatedTo(ChronoUnit.SECONDS).toString())
                        .orElse(UNKNOWN),
                row.token().isPresent() ? Long.toString(row.token().getAsLong()) : UNKNOWN,
                row.address().orElse(UNKNOWN),
                row.waiting()
                        .map(names -> names.isEmpty() ? "nobody" : String.join(", ", names))
                        .orElse(UNKNOWN));
    }

    private static String aligned(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            text.append(line.get(column))
                    .append(" ".repeat(widths[column] - line.get(column).length() + 2));
        }
        return text.toString().stripTrailing();
    }

    /** Every field is always there: null for what is not known. */
    static String json(Namespace namespace, List<Row> rows) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(tree(namespace, rows));
    }

    /** The same on one line. */
    static String jsonLine(Namespace namespace, List<Row> rows, Instant at) {
        ObjectNode root = tree(namespace, rows);
        root.put("at", at.toString());
        return JsonMapper.shared().writeValueAsString(root);
    }

    private static ObjectNode tree(Namespace namespace, List<Row> rows) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("namespace", namespace.name());
        ArrayNode keys = root.putArray("keys");
        rows.forEach(row -> keys.add(json(row)));
        return root;
    }

    /** One key on one line, for a log. */
    static String line(Row row) {
        return row.key() + " " + row.state()
                + row.node().map(node -> " on " + node).orElse("")
                + row.address().map(address -> " at " + address).orElse("")
                + (row.token().isPresent() ? ", token " + row.token().getAsLong() : "")
                + row.waiting()
                        .filter(names -> !names.isEmpty())
                        .map(names -> ", waiting: " + String.join(", ", names))
                        .orElse("");
    }

    private static ObjectNode json(Row row) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("key", row.key());
        node.put("state", row.state());
        node.put("node", row.node().orElse(null));
        node.put("since", row.since().map(Object::toString).orElse(null));
        node.put("token", row.token().isPresent() ? (Long) row.token().getAsLong() : null);
        node.put("address", row.address().orElse(null));
        if (row.waiting().isPresent()) {
            ArrayNode waiting = node.putArray("waiting");
            row.waiting().get().forEach(waiting::add);
        } else {
            node.putNull("waiting");
        }
        return node;
    }
}
