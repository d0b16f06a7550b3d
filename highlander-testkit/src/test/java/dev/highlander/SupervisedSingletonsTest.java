package dev.highlander;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static dev.highlander.supervisor.Supervisor.restForOne;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildInfo;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.ChildType;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.StopReason;
import dev.highlander.supervisor.SupervisorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Singletons under supervisors, and supervisors as singletons. */
class SupervisedSingletonsTest {
    private final Stage stage = Stage.simpleWithLease();
    private final Stage.Puppets puppets = stage.puppets();

    private Child start(SupervisorSpec tree) throws Exception {
        Child app = ChildSpec.tree("app", tree).start().start(stage.time);
        stage.time.runUntilIdle();
        return app;
    }

    private static boolean hasEnded(Child child) {
        return child.ended().toCompletableFuture().isDone();
    }

    @Test
    void C6_losses_and_conflicts_of_a_wrapped_child_never_count_against_its_supervisor() throws Exception {
        Child app = start(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(0, Duration.ofDays(1)));
        for (Loss loss : Loss.values()) {
            for (int i = 0; i < 5; i++) {
                stage.locks.grant(Stage.KEY);
                stage.time.runUntilIdle();
                stage.hold().lose(loss);
                stage.time.runUntilIdle();
                puppets.last().end(Exit.failed(new IllegalStateException("its connection was closed")));
            }
        }
        assertThat(puppets.all).hasSize(5 * Loss.values().length);
        assertThat(hasEnded(app)).isFalse();
        assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);
    }

    @Test
    void B6_the_end_of_a_wrapped_child_is_counted_and_the_node_contends_again() throws Exception {
        Child app = start(oneForOne(stage.highlander.wrap(puppets.spec())).maxRestarts(1, Duration.ofHours(1)));
        stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();
        puppets.last().end(Exit.failed(new IllegalStateException("broken")));
        assertThat(stage.hold().isReleased()).isTrue();
        assertThat(stage.locks.waiting(Stage.KEY)).isEqualTo(1);

        stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();
        puppets.last().end(Exit.failed(new IllegalStateException("broken")));
        assertThat(app.ended().toCompletableFuture().join().kind()).isEqualTo(Exit.Kind.FAILED);
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();
    }

    @Test
    void C3_C9_a_wrapped_child_is_listed_as_a_supervisor_with_a_child_that_lives_on_the_holder_only() throws Exception {
        Child app = start(oneForOne(stage.highlander.wrap(puppets.spec())));
        assertThat(app.children()).containsExactly(new ChildInfo("child", ChildType.SUPERVISOR, true));

        Child wrapped = stage.highlander.wrap(puppets.spec()).start().start();
        assertThat(wrapped.children()).containsExactly(new ChildInfo("child", ChildType.WORKER, false));
        Child wrappedTree = stage.highlander
                .wrap(ChildSpec.tree("tree", oneForOne(puppets.spec())))
                .start()
                .start();
        assertThat(wrappedTree.children()).containsExactly(new ChildInfo("tree", ChildType.SUPERVISOR, false));
    }

    @Test
    void C7_a_wrapped_child_that_stands_by_is_stopped_with_its_supervisor() throws Exception {
        Child app = start(oneForOne(stage.highlander.wrap(puppets.spec())));
        app.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        stage.time.runUntilIdle();
        assertThat(hasEnded(app)).isTrue();
        assertThat(stage.locks.waiting(Stage.KEY)).isZero();
    }

    @Test
    void B2_a_tree_runs_under_its_key_and_is_handed_its_term() {
        List<Long> tokens = new ArrayList<>();
        Singleton singleton = stage.run(stage.highlander.tree("child", term -> {
            tokens.add(term.token());
            return oneForOne(puppets.spec());
        }));
        assertThat(tokens).containsExactly(stage.hold().token());
        assertThat(singleton.whichChildren()).containsExactly(new ChildInfo("child", ChildType.SUPERVISOR, true));
        assertThat(puppets.all).hasSize(1);
    }

    @Test
    void B5_a_tree_that_cannot_be_started_gives_its_key_back() {
        Singleton singleton = stage.start(ChildSpec.tree("child", oneForOne(ChildSpec.of("a", () -> {
            throw new IllegalStateException("no port");
        }))));
        stage.locks.grant(Stage.KEY);
        stage.time.runUntilIdle();
        assertThat(stage.steps()).contains("STARTING>STANDBY START_FAILED");
        assertThat(singleton.state()).isEqualTo(State.STANDBY);
        assertThat(stage.hold().isReleased()).isTrue();
    }

    @Test
    void D5_on_loss_a_tree_shares_the_time_among_its_children_although_it_may_else_take_for_ever() {
        stage.run(ChildSpec.tree(
                "child",
                restForOne(
                        ChildSpec.of("a", puppets).shutdown(Shutdown.forEver()),
                        ChildSpec.of("b", puppets).shutdown(Shutdown.forEver()))));
        stage.hold().lose(Loss.DISCONNECTED);
        stage.time.advance(Duration.ofSeconds(2));
        stage.time.advance(Duration.ofSeconds(1));
        assertThat(puppets.all.get(1).asked).startsWith("stop LOST at 0", "kill LOST at 960");
        assertThat(puppets.all.get(0).asked).startsWith("stop LOST at 1200", "kill LOST at 2160");
    }

    @Test
    void B3_closing_a_tree_whose_child_ignores_its_kill_says_so_instead_of_waiting_for_ever() {
        Singleton singleton = stage.run(ChildSpec.tree("child", oneForOne(ChildSpec.of("a", puppets))));
        var closing = stage.closing(singleton);
        stage.time.runUntil(() -> singleton.state() == State.STOPPING);
        stage.time.advance(Duration.ofSeconds(10));
        assertThat(singleton.state()).isEqualTo(State.STUCK);
        stage.time.runUntil(closing::isDone);
        assertThat(closing).isCompletedExceptionally();
        puppets.last().end(Exit.stopped());
        assertThat(singleton.state()).isEqualTo(State.CLOSED);
    }
}
