package dev.highlander.cli;

import dev.highlander.SingletonListener;
import dev.highlander.State;
import dev.highlander.Transition;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** How a run is, in JSON; made of what happens, without asking anybody. */
final class StatusPage implements SingletonListener {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final long LEASES_APART = 3;

    /**
     * What does not change.
     *
     * @param lease of the lock service; empty where a key can't be lost
     */
    record Facts(String key, String namespace, String node, String program, Optional<Lease> lease) {}

    private final Facts facts;
    private final LongSupplier clock;
    private final Health health;
    private State state = State.STANDBY;
    private Instant since;
    private OptionalLong token = OptionalLong.empty();
    private long starts;

    /** {@code clock} is {@link System#nanoTime()}, or stands for it. */
    StatusPage(Facts facts, LongSupplier clock, Instant now) {
        this.facts = facts;
        this.clock = clock;
        this.since = now;
        this.health =
                new Health(LEASES_APART * facts.lease.orElse(Lease.DEFAULT).nanos(), clock.getAsLong());
    }

    @Override
    public synchronized void changed(Transition transition) {
        state = transition.to();
        since = transition.at();
        token = state.hasChild() ? transition.token() : OptionalLong.empty();
        if (state == State.RUNNING) {
            starts++;
        }
    }

    synchronized void condition(Condition condition) {
        health.condition(condition, clock.getAsLong());
    }

    synchronized boolean isHealthy() {
        return health.complaint(state, clock.getAsLong()).isEmpty();
    }

    /** The command runs here, and is ready. */
    synchronized boolean isReady() {
        return state == State.RUNNING;
    }

    synchronized String health() {
        return write(this::writeHealth);
    }

    synchronized String readiness() {
        return write(json -> {
            json.writeBooleanProperty("ready", isReady());
            json.writeStringProperty("state", state.name());
        });
    }

    synchronized String state() {
        return write(json -> {
            json.writeStringProperty("key", facts.key);
            json.writeStringProperty("namespace", facts.namespace);
            json.writeStringProperty("node", facts.node);
            json.writeStringProperty("command", facts.program);
            json.writeStringProperty("state", state.name());
            json.writeStringProperty(
                    "since", since.truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeBooleanProperty("ready", isReady());
            if (token.isPresent()) {
                json.writeNumberProperty("token", token.getAsLong());
            } else {
                json.writeNullProperty("token");
            }
            json.writeNumberProperty("starts", starts);
            if (facts.lease.isPresent()) {
                json.writeNumberProperty(
                        "leaseMillis", facts.lease.get().length().toMillis());
            } else {
                json.writeNullProperty("leaseMillis");
            }
            json.writeObjectPropertyStart("health");
            writeHealth(json);
            json.writeEndObject();
            json.writeObjectPropertyStart("lockService");
            json.writeStringProperty("phase", health.present().phase().name());
            writeProblem(json);
            json.writeEndObject();
        });
    }

    private void writeHealth(JsonGenerator json) {
        Optional<String> complaint = health.complaint(state, clock.getAsLong());
        json.writeBooleanProperty("healthy", complaint.isEmpty());
        json.writeStringProperty("complaint", complaint.orElse(null));
    }

    private void writeProblem(JsonGenerator json) {
        Problem problem = health.present().problem().orElse(null);
        if (problem == null) {
            json.writeNullProperty("problem");
            return;
        }
        json.writeObjectPropertyStart("problem");
        json.writeStringProperty("code", problem.code());
        json.writeStringProperty("what", problem.what());
        json.writeStringProperty("remedy", problem.remedy());
        json.writeEndObject();
    }

    private interface Fields {
        void write(JsonGenerator json);
    }

    private static String write(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        return text.toString();
    }
}
