package dev.highlander;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.highlander.lock.Key;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildCounts;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.ChildType;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import dev.highlander.testkit.FakeLocks.FakeHold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can be asked of the singletons in this JVM. */
class SingletonsInTheirJvmTest {
    private final Stage stage = Stage.simpleWithLease();
    private final Stage.Puppets puppets = stage.puppets();

    private ChildSpec tree() {
        return ChildSpec.tree("child", oneForOne(ChildSpec.of("a", puppets), ChildSpec.of("b", puppets)));
    }

    private static void check(Singleton singleton, ChildType type, boolean alive) {
        assertThat(singleton.whichChildren()).containsExactly(new ChildInfo("child", type, alive));
        int supervisors = type == ChildType.SUPERVISOR ? 1 : 0;
        assertThat(singleton.countChildren())
                .isEqualTo(new ChildCounts(1, alive ? 1 : 0, supervisors, 1 - supervisors));
    }

    @Test
    void C3_on_a_standby_a_worker_is_listed_and_nothing_is_alive() {
        check(stage.start(puppets.spec()), ChildType.WORKER, false);
    }

    @Test
    void C3_on_a_standby_a_supervisor_is_listed_and_nothing_is_alive() {
        check(stage.start(tree()), ChildType.SUPERVISOR, false);
        assertThat(puppets.all).isEmpty();
    }

    @Test
    void C3_on_the_holder_a_worker_is_alive() {
        check(stage.run(puppets.spec()), ChildType.WORKER, true);
    }

    @Test
    void C3_on_the_holder_a_supervisor_is_alive_and_counts_as_one() {
        check(stage.run(tree()), ChildType.SUPERVISOR, true);
        assertThat(puppets.all).hasSize(2);
    }

    @Test
    void C3_a_child_is_alive_until_it_is_seen_dead_and_not_while_its_node_settles_or_stands_aside() {
        Singleton singleton = stage.start(puppets.spec());
        FakeHold hold = stage.locks.grantUnsettled(Stage.KEY);
        stage.time.runUntilIdle();
        assertThat(singleton.state()).isEqualTo(State.SETTLING);
        check(singleton, ChildType.WORKER, false);
        hold.startable();
        stage.time.runUntilIdle();
        singleton.stepDown(Duration.ofMinutes(1));
        stage.time.runUntilIdle();
        assertThat(singleton.state()).isEqualTo(State.STOPPING);
        check(singleton, ChildType.WORKER, true);
        puppets.last().end(Exit.stopped());
        check(singleton, ChildType.WORKER, false);
        close(singleton);
        check(singleton, ChildType.WORKER, false);
    }

    @Test
    void C9_an_open_singleton_is_found_by_its_name_and_a_closed_one_is_not() {
        Key key = Key.of("C9 started");
        assertThat(Highlander.find(key)).isEmpty();
        Singleton singleton = stage.highlander.start(key, puppets.spec());
        assertThat(Highlander.find("C9 started")).containsSame(singleton);
        assertThat(Highlander.find("C9 starte")).isEmpty();
        close(singleton);
        assertThat(singleton.state()).isEqualTo(State.CLOSED);
        assertThat(Highlander.find(key)).isEmpty();
    }

    @Test
    void C9_one_that_ended_by_itself_is_not_found_any_more() {
        Key key = Key.of("C9 ended");
        Singleton singleton =
                stage.highlander.start(key, puppets.spec().restart(dev.highlander.supervisor.Restart.NEVER));
        stage.time.runUntilIdle();
        stage.locks.grant(key);
        stage.time.runUntilIdle();
        assertThat(Highlander.find(key)).containsSame(singleton);
        puppets.last().end(Exit.completed());
        assertThat(Highlander.find(key)).isEmpty();
    }

    @Test
    void C9_a_wrapped_child_is_found_while_its_supervisor_runs_it_and_can_be_asked_like_any() throws Exception {
        Key key = Key.of("C9 wrapped");
        ChildSpec wrapped = stage.highlander.wrap(key, puppets.spec());
        assertThat(wrapped.type()).isEqualTo(ChildType.SUPERVISOR);
        assertThat(Highlander.find(key)).as("before it is started").isEmpty();
        Child app = ChildSpec.tree("app", oneForOne(wrapped)).start().start(stage.time);
        stage.time.runUntilIdle();
        Singleton found = Highlander.find(key).orElseThrow();
        assertThat(found.key()).isEqualTo(key);
        check(found, ChildType.WORKER, false);
        stage.locks.grant(key);
        stage.time.runUntilIdle();
        check(found, ChildType.WORKER, true);
        assertThat(app.children()).containsExactly(new ChildInfo("child", ChildType.SUPERVISOR, true));

        app.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        stage.time.runUntilIdle();
        puppets.last().end(Exit.stopped());
        assertThat(app.ended().toCompletableFuture()).isDone();
        assertThat(Highlander.find(key)).isEmpty();
    }

    @Test
    void C9_of_two_with_one_key_the_one_whose_child_is_here_is_found() {
        Key key = Key.of("C9 two");
        Singleton first = stage.highlander.start(key, puppets.spec());
        Singleton second = stage.highlander.start(key, puppets.spec());
        stage.time.runUntilIdle();
        assertThat(Highlander.find(key)).containsSame(first);
        stage.locks.grant(key);
        stage.time.runUntilIdle();
        first.stepDown(Duration.ofMinutes(1));
        stage.time.runUntilIdle();
        puppets.last().end(Exit.stopped());
        stage.locks.grant(key);
        stage.time.runUntilIdle();
        assertThat(second.state()).isEqualTo(State.RUNNING);
        assertThat(Highlander.find(key)).containsSame(second);
        close(first);
        close(second);
        puppets.last().end(Exit.stopped());
        assertThat(Highlander.find(key)).isEmpty();
    }

    @Test
    void F5_a_listener_of_the_whole_hears_every_first_transition_of_what_is_started_and_wrapped() throws Exception {
        List<String> heard = new ArrayList<>();
        Highlander listened = stage.highlander
                .listener(transition -> {
                    throw new IllegalStateException("a listener that fails on purpose");
                })
                .listener(transition -> heard.add(transition.key() + " " + transition.to()));
        Singleton started = listened.start(Key.of("a"), puppets.spec());
        close(started);
        Child wrapped = listened.wrap(Key.of("b"), puppets.spec()).start().start();
        wrapped.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        stage.time.runUntilIdle();
        assertThat(heard).containsExactlyInAnyOrder("a CLOSED", "b CLOSED");

        close(stage.highlander.start(Key.of("c"), puppets.spec()));
        assertThat(heard).as("not of another's").hasSize(2);
        assertThatNullPointerException().isThrownBy(() -> stage.highlander.listener(null));
    }

    @Test
    void a_singleton_that_settles_tells_for_how_long() {
        Singleton singleton = stage.start(puppets.spec());
        assertThat(singleton.settling()).isEmpty();
        FakeHold hold = stage.locks.grantUnsettled(Stage.KEY, Duration.ofSeconds(5));
        stage.time.runUntilIdle();
        assertThat(singleton.settling()).contains(Duration.ofSeconds(5));
        stage.time.advance(Duration.ofSeconds(2));
        assertThat(singleton.settling()).contains(Duration.ofSeconds(3));
        stage.time.advance(Duration.ofSeconds(4));
        assertThat(singleton.settling()).as("longer than expected").contains(Duration.ZERO);
        hold.startable();
        stage.time.runUntilIdle();
        assertThat(singleton.settling()).isEmpty();
    }

    @Test
    void a_singleton_that_stands_aside_tells_for_how_long() {
        Singleton singleton = stage.start(puppets.spec());
        assertThat(singleton.standingAside()).isEmpty();
        singleton.stepDown(Duration.ofSeconds(30));
        stage.time.runUntilIdle();
        stage.time.advance(Duration.ofSeconds(10));
        assertThat(singleton.standingAside()).contains(Duration.ofSeconds(20));
        stage.time.advance(Duration.ofSeconds(20));
        assertThat(singleton.standingAside()).isEmpty();
    }

    /** Asks for it, and waits until that has been heard. */
    private void close(Singleton singleton) {
        var unused = stage.closing(singleton);
        stage.time.runUntil(() -> singleton.state() == State.CLOSED || singleton.state() == State.STOPPING);
        stage.time.runUntilIdle();
    }
}
