package dev.highlander.cli;

import dev.highlander.cli.HistorySource.Row;
import dev.highlander.lock.Namespace;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Terms, for people and for programs. */
final class HistoryText {
    private static final List<String> HEADER =
            List.of("KEY", "TOKEN", "NODE", "STARTED", "ENDED", "OUTCOME", "REASON", "ADDRESS");
    private static final String UNKNOWN = "-";

    private HistoryText() {}

    static String table(List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADER);
        rows.forEach(row -> lines.add(List.of(
                row.key(),
                Long.toString(row.token()),
                row.node(),
                seconds(row.started()),
                row.ended().map(HistoryText::seconds).orElse(UNKNOWN),
                row.outcome(),
                row.reason().orElse(UNKNOWN),
                row.address().orElse(UNKNOWN))));
        return StatusText.aligned(lines);
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Every field is always there: null for what is not known. */
    static String json(Namespace namespace, List<Row> rows) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("namespace", namespace.name());
        ArrayNode terms = root.putArray("terms");
        for (Row row : rows) {
            ObjectNode term = terms.addObject();
            term.put("key", row.key());
            term.put("token", row.token());
            term.put("node", row.node());
            term.put("address", row.address().orElse(null));
            term.put("started", row.started().toString());
            term.put("ended", row.ended().map(Object::toString).orElse(null));
            term.put("outcome", row.outcome());
            term.put("reason", row.reason().orElse(null));
        }
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}
