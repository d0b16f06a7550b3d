package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Reason;
import dev.highlander.State;
import dev.highlander.Transition;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StatusPageTest {
    private static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final long SECOND = 1_000_000_000L;

    private long now;
    private final StatusPage page = page(Optional.of(Lease.of(Duration.ofSeconds(2))));

    private StatusPage page(Optional<Lease> lease) {
        return new StatusPage(
                new StatusPage.Facts("job \"x\"", "default", "node-a", "./relay.sh", lease), () -> now, BEGIN);
    }

    private void change(State from, State to) {
        page.changed(new Transition(
                Key.of("job"),
                "job",
                "node-a",
                from,
                to,
                Reason.STARTED,
                OptionalLong.of(42),
                BEGIN.plusSeconds(9),
                Optional.empty()));
    }

    private static JsonNode read(String json) {
        assertThat(json.lines()).hasSize(1);
        return JsonMapper.shared().readTree(json);
    }

    @Test
    void aStandbyHasEveryField() {
        page.condition(Condition.ready());

        assertThat(page.state())
                .isEqualTo("{\"key\":\"job \\\"x\\\"\",\"namespace\":\"default\",\"node\":\"node-a\","
                        + "\"command\":\"./relay.sh\",\"state\":\"STANDBY\",\"since\":\"2026-01-02T03:04:05.678Z\","
                        + "\"ready\":false,\"token\":null,\"starts\":0,\"leaseMillis\":2000,"
                        + "\"health\":{\"healthy\":true,\"complaint\":null},"
                        + "\"lockService\":{\"phase\":\"READY\",\"problem\":null}}");
        assertThat(page.isHealthy()).isTrue();
        assertThat(page.isReady()).isFalse();
    }

    @Test
    void theTermIsShownWhileThereIsACommand() {
        page.condition(Condition.ready());
        change(State.SETTLING, State.STARTING);
        assertThat(read(page.state()).get("token").asLong()).isEqualTo(42);
        assertThat(read(page.readiness()).get("ready").asBoolean()).isFalse();

        change(State.STARTING, State.RUNNING);
        JsonNode running = read(page.state());
        assertThat(running.get("state").asString()).isEqualTo("RUNNING");
        assertThat(running.get("since").asString()).isEqualTo("2026-01-02T03:04:14.678Z");
        assertThat(running.get("starts").asLong()).isEqualTo(1);
        assertThat(read(page.readiness()).get("ready").asBoolean()).isTrue();

        change(State.STOPPING, State.STANDBY);
        assertThat(read(page.state()).get("token").isNull()).isTrue();
        assertThat(page.isReady()).isFalse();
    }

    @Test
    void whatStandsInTheWayIsShown_andMakesItUnwellAfterThreeLeases() {
        page.condition(Condition.ready());
        page.condition(Condition.connecting(new Problem("UNREACHABLE", "Nobody there.", "Start it.")));
        now = 6 * SECOND;
        assertThat(page.isHealthy()).isTrue();

        now = 7 * SECOND;
        assertThat(page.isHealthy()).isFalse();
        assertThat(read(page.health()).get("complaint").asString())
                .isEqualTo("the lock service has been out of reach for 7 s");
        JsonNode service = read(page.state()).get("lockService");
        assertThat(service.get("phase").asString()).isEqualTo("CONNECTING");
        assertThat(service.get("problem").get("code").asString()).isEqualTo("UNREACHABLE");
        assertThat(service.get("problem").get("remedy").asString()).isEqualTo("Start it.");
    }

    @Test
    void lockFilesHaveNoLease() {
        assertThat(read(page(Optional.empty()).state()).get("leaseMillis").isNull())
                .isTrue();
    }
}
