package dev.highlander.supervisor;

import static dev.highlander.supervisor.Restart.NEVER;
import static dev.highlander.supervisor.Restart.ON_FAILURE;
import static dev.highlander.supervisor.Strategy.ONE_FOR_ALL;
import static dev.highlander.supervisor.Strategy.ONE_FOR_ONE;
import static dev.highlander.supervisor.Strategy.REST_FOR_ONE;
import static dev.highlander.supervisor.SupervisorBench.child;
import static dev.highlander.supervisor.SupervisorBench.policy;
import static dev.highlander.supervisor.SupervisorBench.seconds;
import static dev.highlander.supervisor.SupervisorBench.shutsDown;
import static dev.highlander.supervisor.SupervisorBench.significant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.SupervisorMachine.Command;
import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.supervisor.SupervisorMachine.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Scenarios of OTP's test suite that no other test here has; docs/supervision.md has the whole list. */
class OtpCasesTest {
    private static SupervisorBench three(Policy policy) {
        return new SupervisorBench(policy, child("a"), child("b"), child("c")).up();
    }

    /** Obeys, until nothing is said any more. */
    private static void obey(SupervisorBench bench, String said) {
        String words = said;
        while (!words.isEmpty()) {
            String last = words.replaceAll(".*, ", "");
            words = last.startsWith("start ")
                    ? bench.started(last.substring(6))
                    : last.startsWith("stop ") ? bench.stopped(last.substring(5).replaceAll(" .*", "")) : "";
        }
    }

    @Test
    void C3_theOrderOfChildrenIsThatOfTheirFirstStartWhateverIsRestarted() {
        for (Strategy strategy : Strategy.values()) {
            SupervisorBench bench = three(policy(strategy, 100));
            obey(bench, bench.add(child("d")));
            for (String id : List.of("b", "a", "d", "c")) {
                obey(bench, bench.fails(id));
                assertThat(bench.children()).as("%s %s", strategy, id).isEqualTo("a b c d");
            }
            obey(bench, bench.terminate("b"));
            obey(bench, bench.restart("b"));
            assertThat(bench.children()).isEqualTo("a b c d");
            obey(bench, bench.terminate("b"));
            bench.delete("b");
            obey(bench, bench.add(child("b")));
            assertThat(bench.children()).isEqualTo("a c d b");
        }
    }

    @Test
    void C3_childrenThatAreBeingRestartedAreListedAndNotAlive() {
        SupervisorBench bench = new SupervisorBench(SupervisorBench.waits(ONE_FOR_ONE), child("a"), child("b")).up();
        bench.fails("a");
        assertThat(ChildCounts.of(bench.machine.children())).isEqualTo(new ChildCounts(2, 1, 0, 2));
        bench.fails("b");
        assertThat(ChildCounts.of(bench.machine.children())).isEqualTo(new ChildCounts(2, 0, 0, 2));
        obey(bench, bench.at(1).tick());
        assertThat(ChildCounts.of(bench.machine.children())).isEqualTo(new ChildCounts(2, 2, 0, 2));
    }

    @Test
    void C3_countChildrenTellsSupervisorsThatAreDown() {
        Traits tree = new Traits(0, "tree", ChildType.SUPERVISOR, ON_FAILURE, seconds(5), false);
        SupervisorBench bench = new SupervisorBench(policy(ONE_FOR_ONE), child("a"), tree).up();
        bench.completes("tree");
        assertThat(ChildCounts.of(bench.machine.children())).isEqualTo(new ChildCounts(2, 1, 1, 1));
    }

    @Test
    void C1_oneForAll_anotherChildFailsToComeBackAndAllAreTriedAgain() {
        SupervisorBench bench = three(policy(ONE_FOR_ALL));
        bench.fails("a");
        bench.stopped("c");
        assertThat(bench.stopped("b")).isEqualTo("start a");
        assertThat(bench.started("a")).isEqualTo("start b");
        assertThat(bench.failsToStart("b")).isEqualTo("b NOT_STARTED, stop a by 5.0");
        assertThat(bench.stopped("a")).isEqualTo("start a");
        assertThat(bench.started("a")).isEqualTo("start b");
        assertThat(bench.started("b")).isEqualTo("start c");
        assertThat(bench.started("c")).isEmpty();
    }

    @Test
    void C4_callsAreAnsweredWhileARestartKeepsFailing() {
        for (Strategy strategy : Strategy.values()) {
            SupervisorBench bench = three(policy(strategy, 1000));
            String said = bench.fails("a");
            while (!said.endsWith("start a")) {
                said = bench.stopped(said.replaceAll(".*stop ", "").replaceAll(" .*", ""));
            }
            bench.failsToStart("a");
            assertThat(bench.children()).as("%s", strategy).startsWith("a "); // being started is alive, here
            assertThat(bench.restart("a")).contains("runs, so it can't be restarted");
            assertThat(bench.delete("a")).contains("runs, so it can't be deleted");
            assertThat(bench.restart("nobody")).contains("has no child nobody");
            assertThat(bench.failsToStart("a")).isEqualTo("a NOT_STARTED, start a");
            assertThat(bench.terminate("a")).isEqualTo("stop a by 5.0");
            assertThat(bench.failsToStart("a")).startsWith("a stopped with an error, done");
            assertThat(bench.children()).startsWith("-a ");
        }
    }

    @Test
    void C2_childrenAreRestartedOverAndOverWithinTheIntensityEach() {
        SupervisorBench bench = three(policy(ONE_FOR_ONE));
        double now = 0;
        for (int round = 0; round < 50; round++) {
            for (String id : List.of("a", "b", "c")) {
                assertThat(bench.at(now).fails(id)).isEqualTo(id + " FAILED, start " + id);
                bench.started(id);
            }
            now += 5.1;
        }
    }

    @Test
    void C4_whatIsNotSignificantShutsNothingDown() {
        for (AutomaticShutdown when : List.of(AutomaticShutdown.ANY, AutomaticShutdown.ALL)) {
            SupervisorBench bench = new SupervisorBench(
                            shutsDown(when), child("a", NEVER), child("b", ON_FAILURE), significant("c", ON_FAILURE))
                    .up();
            assertThat(bench.completes("a")).isEqualTo("forget a");
            assertThat(bench.completes("b")).isEmpty();
            assertThat(bench.children()).isEqualTo("-b c");
        }
    }

    @Test
    void C4_aSignificantChildThatIsStoppedWithItsSiblingsShutsNothingDown() {
        for (AutomaticShutdown when : List.of(AutomaticShutdown.ANY, AutomaticShutdown.ALL)) {
            for (Restart restart : List.of(NEVER, ON_FAILURE)) {
                Policy policy = new Policy("app", ONE_FOR_ALL, 3, seconds(5), when, null, () -> 0);
                SupervisorBench bench = new SupervisorBench(policy, child("a"), significant("b", restart)).up();
                bench.fails("a");
                assertThat(bench.stopped("b")).endsWith("start a");
                assertThat(bench.started("a")).isEqualTo(restart == NEVER ? "" : "start b");
            }
        }
    }

    @Test
    void C4_anAutomaticShutdownGoesUpThroughSignificantTrees() throws Exception {
        ChildSpec job = ChildSpec.task("job", () -> {}).restart(ON_FAILURE).significant();
        ChildSpec other = ChildSpec.task("other", () -> new CountDownLatch(1).await());
        SupervisorSpec inner = Supervisor.oneForOne(other, job).automaticShutdown(AutomaticShutdown.ANY);
        SupervisorSpec outer = Supervisor.oneForOne(
                        other,
                        ChildSpec.tree("inner", inner).restart(ON_FAILURE).significant())
                .automaticShutdown(AutomaticShutdown.ALL);
        try (Supervisor app = outer.start()) {
            assertThat(app.ended().toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .isEqualTo(Exit.completed());
        }
    }

    @Test
    void manyChildrenAreStartedAndStopped() {
        List<Traits> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            many.add(new Traits(i, "child" + i, ChildType.WORKER, NEVER, seconds(5), false));
        }
        SupervisorMachine machine = new SupervisorMachine(policy(REST_FOR_ONE), many);
        List<Command> said = machine.on(new Event.Start(), 0);
        for (int i = 0; i < 1000; i++) {
            assertThat(said).containsExactly(new Command.StartChild(i));
            said = machine.on(new Event.Started(i), 0);
        }
        assertThat(said).containsExactly(new Command.Up());
        said = machine.on(new Event.Stop(StopReason.SHUTDOWN, Long.MAX_VALUE), 0);
        for (int i = 999; i >= 0; i--) {
            assertThat(said).contains(new Command.StopChild(i, StopReason.SHUTDOWN, seconds(5)));
            said = machine.on(new Event.Ended(i, Exit.stopped()), 0);
        }
        assertThat(said).contains(new Command.Over(Exit.stopped()));
    }
}
