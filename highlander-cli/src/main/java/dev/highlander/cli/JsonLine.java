package dev.highlander.cli;

import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What was logged, as one JSON object on one line. */
final class JsonLine {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonLine() {}

    /** {@code details} are fields of their own; an empty {@code stack} is left out. */
    static String of(Instant at, String level, String logger, String message, Map<String, ?> details, String stack) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("time", at.truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeStringProperty("level", level);
            json.writeStringProperty("logger", logger);
            json.writeStringProperty("message", message);
            for (Map.Entry<String, ?> detail : details.entrySet()) {
                if (detail.getValue() instanceof Long number) {
                    json.writeNumberProperty(detail.getKey(), number);
                } else {
                    json.writeStringProperty(detail.getKey(), String.valueOf(detail.getValue()));
                }
            }
            if (!stack.isEmpty()) {
                json.writeStringProperty("stack", stack);
            }
            json.writeEndObject();
        }
        return text.toString();
    }
}
