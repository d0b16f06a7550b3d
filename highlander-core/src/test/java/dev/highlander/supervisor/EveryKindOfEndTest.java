package dev.highlander.supervisor;

import static dev.highlander.supervisor.Member.Traits;
import static dev.highlander.supervisor.SupervisorBench.policy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** C1, C2, B3: of a, b and c, b ends by itself: each strategy, restart, kind of end and kind of shutdown. */
class EveryKindOfEndTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Exit FAILED = Exit.failed(new IllegalStateException("broken"));

    /** How OTP's permanent, transient and temporary answer an exit that is normal, an error, or another's shutdown. */
    private static final Map<Restart, Map<Exit, Boolean>> RESTARTED = Map.of(
            Restart.ALWAYS, Map.of(Exit.completed(), true, FAILED, true, Exit.stopped(), true),
            Restart.ON_FAILURE, Map.of(Exit.completed(), false, FAILED, true, Exit.stopped(), false),
            Restart.NEVER, Map.of(Exit.completed(), false, FAILED, false, Exit.stopped(), false));

    private static final Map<Strategy, String> WHEN_RESTARTED = Map.of(
            Strategy.ONE_FOR_ONE, "start b",
            Strategy.ONE_FOR_ALL, "<c>, <a>, start a, start b, start c",
            Strategy.REST_FOR_ONE, "<c>, start b, start c");

    /** The grace, and what the machine says to a child that is to end; each child takes a second for that. */
    private static final Map<Long, String> SHUTDOWNS =
            Map.of(0L, "kill", SECOND / 2, "stop, kill", 5 * SECOND, "stop", SupervisorBench.NEVER, "stop");

    @TestFactory
    Stream<DynamicTest> itIsRestartedWithWhomTheStrategySaysOrLeftAlone() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Strategy strategy : Strategy.values()) {
            for (Restart restart : Restart.values()) {
                for (Entry<Exit, Boolean> exit : RESTARTED.get(restart).entrySet()) {
                    for (Entry<Long, String> shutdown : SHUTDOWNS.entrySet()) {
                        tests.add(DynamicTest.dynamicTest(
                                strategy + " " + restart + " " + exit.getKey().kind() + " " + shutdown,
                                () -> check(strategy, restart, exit.getKey(), exit.getValue(), shutdown)));
                    }
                }
            }
        }
        assertThat(tests).hasSize(3 * 3 * 3 * 4);
        return tests.stream();
    }

    private static void check(
            Strategy strategy, Restart restart, Exit exit, boolean restarted, Entry<Long, String> shutdown) {
        SupervisorBench bench = new SupervisorBench(
                policy(strategy),
                traits("a", Restart.ALWAYS, shutdown.getKey()),
                traits("b", restart, shutdown.getKey()),
                traits("c", Restart.ALWAYS, shutdown.getKey()));
        bench.up();

        String expected = restarted ? WHEN_RESTARTED.get(strategy) : "";
        for (String id : List.of("a", "c")) {
            expected = expected.replace("<" + id + ">", shutdown.getValue().replaceAll("(\\w+)", "$1 " + id));
        }
        assertThat(play(bench, exit)).isEqualTo(expected);
        assertThat(bench.children()).isEqualTo(restarted ? "a b c" : restart == Restart.NEVER ? "a c" : "a -b c");
    }

    /** All that is said to children, who obey: a start succeeds at once, a stop or a kill takes a second. */
    private static String play(SupervisorBench bench, Exit exit) {
        List<String> said = new ArrayList<>();
        double now = 0;
        String words = bench.ended("b", exit);
        while (!words.isEmpty()) {
            String last = "";
            for (String word : words.split(", ", -1)) {
                if (word.matches("(start|stop|kill) .*")) {
                    last = word.replaceAll(" by .*", "");
                    said.add(last);
                }
            }
            if (last.startsWith("start")) {
                words = bench.started(last.substring(6));
            } else if (last.isEmpty()) {
                words = "";
            } else {
                double ends = last.startsWith("stop") ? now + 1 : now + 0.5;
                boolean early = bench.wakeAt() < ends;
                now = early ? bench.wakeAt() : ends;
                words = early ? bench.at(now).tick() : bench.at(now).stopped(last.substring(5));
            }
        }
        return String.join(", ", said);
    }

    private static Traits traits(String id, Restart restart, long grace) {
        return new Traits(0, id, ChildType.WORKER, restart, grace, false);
    }
}
