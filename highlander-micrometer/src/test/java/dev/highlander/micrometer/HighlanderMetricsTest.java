package dev.highlander.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.testkit.ManualTime;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Each metric, by a clock that is turned by hand. */
class HighlanderMetricsTest {
    private static final Key KEY = Key.of("relay");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ManualTime time = ManualTime.create();
    private final FakeLocks locks = FakeLocks.withLease(time, Lease.of(Duration.ofSeconds(10)));
    private final HighlanderMetrics metrics = HighlanderMetrics.of(registry, locks, List.of(Tag.of("site", "a")));
    private final List<Obedient> children = new ArrayList<>();
    private final Highlander highlander =
            Highlander.with(locks).withoutShutdownHook().listener(metrics);

    @Test
    void F5_a_standby_shows_with_zeros_before_anything_has_happened() {
        Singleton singleton = start();

        assertThat(gauge("highlander.held")).isZero();
        assertThat(state("standby")).isEqualTo(1);
        assertThat(state("running")).isZero();
        assertThat(registry.get("highlander.conflicts").counter().count()).isZero();
        assertThat(singleton.state()).isEqualTo(State.STANDBY);
    }

    @Test
    void F5_the_holder_shows_from_the_grant_on_with_settle_and_takeover() {
        Singleton singleton = start();
        FakeLocks.FakeHold hold = locks.grantUnsettled(KEY);
        time.runUntilIdle();
        assertThat(gauge("highlander.held")).isEqualTo(1);
        assertThat(state("settling")).isEqualTo(1);

        time.advance(Duration.ofSeconds(3));
        hold.confirm();
        hold.startable();
        time.runUntilIdle();

        assertThat(singleton.state()).isEqualTo(State.RUNNING);
        assertThat(state("running")).isEqualTo(1);
        assertThat(state("settling")).isZero();
        assertThat(registry.get("highlander.settle").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
        assertThat(registry.get("highlander.takeover").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
    }

    @Test
    void F5_a_restart_in_place_is_no_takeover() {
        highlander.restartInPlace(1, Duration.ofMinutes(1)).start(KEY, ChildSpec.of("relay", this::child));
        time.runUntilIdle();
        locks.grant(KEY);
        time.runUntilIdle();

        children.get(0).end.complete(Exit.failed(new IllegalStateException("on purpose")));
        time.runUntilIdle();

        assertThat(state("running")).isEqualTo(1);
        assertThat(transitions("starting", "failed")).isEqualTo(1);
        assertThat(transitions("running", "started")).isEqualTo(2);
        assertThat(registry.get("highlander.settle").timer().count()).isEqualTo(1);
        assertThat(registry.get("highlander.takeover").timer().count()).isEqualTo(1);
    }

    @Test
    void E4_a_conflict_is_counted_and_so_is_each_transition_by_its_reason() {
        start();
        locks.grant(KEY);
        time.runUntilIdle();

        locks.lose(KEY, Loss.CONFLICT);
        time.runUntilIdle();

        assertThat(registry.get("highlander.conflicts")
                        .tag("key", "relay")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(transitions("settling", "granted")).isEqualTo(1);
        assertThat(transitions("running", "started")).isEqualTo(1);
        assertThat(transitions("stopping", "conflict")).isEqualTo(1);
        assertThat(transitions("standby", "stopped")).isEqualTo(1);
    }

    @Test
    void F5_checks_tell_how_much_of_the_lease_was_used_up_when_they_came() {
        start();
        locks.automatic();
        time.runUntilIdle();

        time.advance(Duration.ofSeconds(4));

        assertThat(registry.get("highlander.check").timer().count()).isEqualTo(2);
        assertThat(registry.get("highlander.lease.used").summary().max()).isCloseTo(0.2, within(0.001));
        assertThat(registry.get("highlander.lease").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(10);
    }

    @Test
    void D4_a_lock_service_out_of_reach_shows() {
        assertThat(gauge("highlander.ready")).isEqualTo(1);

        locks.condition(Condition.refused(new Condition.Problem("POOLER", "A pooler.", "Go past it.")));

        assertThat(gauge("highlander.ready")).isZero();
    }

    @Test
    void what_shows_the_present_goes_when_the_singleton_is_closed_and_comes_back_with_another() {
        Singleton first = start();
        locks.grant(KEY);
        time.runUntilIdle();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(first::close);
        time.runUntil(closed::isDone);
        time.runUntilIdle();
        assertThat(registry.find("highlander.held").gauges()).isEmpty();
        assertThat(registry.find("highlander.state").gauges()).isEmpty();
        assertThat(transitions("running", "started")).isEqualTo(1);

        start();
        assertThat(gauge("highlander.held")).isZero();
    }

    @Test
    void of_two_singletons_under_one_key_the_one_that_runs_shows() {
        start();
        start();
        locks.grant(KEY);
        time.runUntilIdle();

        assertThat(state("running")).isEqualTo(1);
        assertThat(state("standby")).isEqualTo(1);
        assertThat(gauge("highlander.held")).isEqualTo(1);
    }

    @Test
    void all_metrics_have_the_tags_that_were_given() {
        start();
        locks.grant(KEY);
        time.runUntilIdle();

        assertThat(registry.getMeters())
                .isNotEmpty()
                .allSatisfy(meter -> assertThat(meter.getId().getTag("site")).isEqualTo("a"));
    }

    @Test
    void a_closed_listener_leaves_nothing_that_shows_the_present_and_hears_of_no_more_checks() {
        start();
        locks.automatic();
        metrics.close();

        time.advance(Duration.ofSeconds(10));

        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .extracting(Meter.Id::getName)
                .doesNotContain("highlander.held", "highlander.state", "highlander.ready");
        assertThat(registry.get("highlander.check").timer().count()).isZero();
    }

    private Singleton start() {
        Singleton singleton = highlander.start(KEY, ChildSpec.of("relay", this::child));
        time.runUntilIdle();
        return singleton;
    }

    private Child child() {
        Obedient child = new Obedient();
        children.add(child);
        return child;
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private double state(String state) {
        return registry.get("highlander.state").tag("state", state).gauge().value();
    }

    private double transitions(String to, String reason) {
        return registry.get("highlander.transitions")
                .tags("to", to, "reason", reason)
                .counter()
                .count();
    }

    /** A child that runs until it is asked to end. */
    private static final class Obedient implements Child {
        final CompletableFuture<Exit> end = new CompletableFuture<>();

        @Override
        public CompletionStage<Exit> ended() {
            return end;
        }

        @Override
        public void stop(StopReason why, long killBy) {
            end.complete(Exit.stopped());
        }

        @Override
        public void kill(StopReason why) {
            end.complete(Exit.stopped());
        }
    }
}
