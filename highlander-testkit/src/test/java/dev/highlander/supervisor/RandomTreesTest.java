package dev.highlander.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.ModelTree.Plan;
import dev.highlander.supervisor.ModelTree.Spec;
import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.supervisor.SupervisorMachine.Policy;
import dev.highlander.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * C1, C2, C4: trees at random, whose workers end, fail and fail to start, and whose users call and close, do what a small
 * model of OTP's supervisor does: the same starts and stops in the same order. A tree's number replays it.
 */
class RandomTreesTest {
    private static final int TREES = Integer.getInteger("supervisor.trees", 10_000);

    private static final Logger LOG = Logger.getLogger("dev.highlander.supervisor");

    @BeforeAll
    static void saysNothingOfTheManyFailures() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speaksAgain() {
        LOG.setLevel(null);
    }

    @Test
    void C1_treesAtRandomDoWhatTheModelDoes() {
        Map<String, Integer> seen = new HashMap<>();
        for (int number = 0; number < TREES; number++) {
            Walk walk = new Walk(number, SupervisorMachine::new);
            walk.check();
            walk.seen.forEach(word -> seen.merge(word, 1, Integer::sum));
        }
        assertThat(seen.keySet())
                .as("what came to pass")
                .contains(
                        "done",
                        "refused",
                        "failed",
                        "over STOPPED",
                        "over COMPLETED",
                        "over FAILED",
                        "over NOT_STARTED")
                .contains("restarted", "nested", "waited");
        seen.remove("pending"); // a call that ends a wait and is overtaken by another failure: rare
        assertThat(seen.values()).as("%s", seen).allMatch(count -> count > TREES / 200);
    }

    /** How many trees it takes to find a difference with these decisions, up to {@code most}; 0 if none does. */
    static int found(BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines, int most) {
        for (int number = 0; number < most; number++) {
            try {
                new Walk(number, machines).run();
            } catch (Throwable t) {
                return number + 1;
            }
        }
        return 0;
    }

    private static final class Walk {
        private final Random random;
        private final ManualTime time = ManualTime.create();
        private final Plan plan;
        private final BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines;
        private final int number;
        private final ModelWorld expected;
        private final ModelWorld actual;
        private long modelNow = time.nanos();
        private final ModelTree model;
        private final SupervisorRunner real;
        private final Map<String, Worker> workers = new HashMap<>();
        private final List<String> trace = new ArrayList<>();
        private final List<String> seen = new ArrayList<>();
        private int added;
        private String last = "";

        Walk(int number, BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines) {
            this.number = number;
            this.machines = machines;
            expected = new ModelWorld(() -> modelNow, number);
            actual = new ModelWorld(time::nanos, number);
            random = new Random(number * 0x9E3779B97F4A7C15L);
            plan = ModelTree.plan(random, "", 3);
            model = new ModelTree(plan, expected, null);
            real = new SupervisorRunner(spec(plan), time);
        }

        void check() {
            try {
                run();
            } catch (Throwable t) {
                throw new AssertionError("tree " + number + " " + plan + " after " + trace, t);
            }
        }

        private SupervisorSpec spec(Plan of) {
            SupervisorSpec spec = SupervisorSpec.of(
                            of.strategy(),
                            of.children().stream().map(this::spec).toArray(ChildSpec[]::new))
                    .maxRestarts(of.most(), Duration.ofNanos(of.window()))
                    .automaticShutdown(of.automaticShutdown())
                    .wiring(new SupervisorSpec.Wiring(time, actual::chance, machines));
            return of.longestWait() == 0
                    ? spec
                    : spec.backoff(new Backoff(Duration.ofNanos(of.firstWait()), Duration.ofNanos(of.longestWait())));
        }

        private ChildSpec spec(Spec of) {
            Plan tree = of.tree();
            ChildSpec child = tree != null
                    ? ChildSpec.tree(of.id(), spec(tree))
                    : ChildSpec.of(of.id(), () -> {
                        if (!actual.startSucceeds(of.id())) {
                            throw new IllegalStateException("told to");
                        }
                        Worker worker = new Worker(of.id(), actual);
                        workers.put(of.id(), worker);
                        return worker;
                    });
            child = child.restart(of.restart());
            return of.significant() ? child.significant() : child;
        }

        void run() {
            failSomeStarts(random.nextInt(8) == 0 ? 2 : 0);
            model.start();
            real.begin();
            compare();
            if (model.ownerOf("aa") != null) {
                seen.add("nested");
            }
            int steps = random.nextInt(20);
            for (int i = 0; i < steps; i++) {
                anything();
                compare();
            }
            if (model.end() == null) {
                trace.add("stop");
                model.stop();
                real.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
            }
            compare();
            assertThat(real.over().toCompletableFuture()).isDone();
            seen.add("over " + model.end());
        }

        private void failSomeStarts(int atMost) {
            for (int i = 0; i < atMost; i++) {
                String id = anyId();
                int times = 1 + random.nextInt(3);
                trace.add("the next " + times + " starts of " + id + " fail");
                expected.failStarts(id, times);
                actual.failStarts(id, times);
            }
        }

        private String anyId() {
            StringBuilder id = new StringBuilder();
            do {
                id.append((char) ('a' + random.nextInt(4)));
            } while (random.nextInt(3) == 0);
            return id.toString();
        }

        private void anything() {
            switch (random.nextInt(random.nextBoolean() ? 4 : 8)) {
                case 0, 1, 2 -> workerEnds();
                case 3 -> {
                    Duration pass = Duration.ofMillis(random.nextInt(random.nextInt(4) == 0 ? 20_000 : 3000));
                    trace.add("after " + pass);
                    passes(pass);
                    time.advance(pass);
                }
                case 4 -> failSomeStarts(1);
                case 5 -> {
                    Spec spec = random.nextInt(4) == 0
                            ? ModelTree.spec(
                                    random,
                                    String.valueOf((char) ('a' + random.nextInt(5))),
                                    1,
                                    plan.automaticShutdown())
                            : ModelTree.spec(random, "z" + added++, 2, plan.automaticShutdown());
                    failSomeStarts(random.nextInt(3) == 0 ? 1 : 0);
                    call("add " + spec, model.add(spec), real.add(spec(spec)));
                }
                case 6 -> {
                    String id = anyChild();
                    call("terminate " + id, model.terminate(id), real.call(call -> new Event.Terminate(call, id)));
                }
                default -> {
                    String id = anyChild();
                    if (random.nextBoolean()) {
                        call("delete " + id, model.delete(id), real.call(call -> new Event.Delete(call, id)));
                    } else {
                        call("restart " + id, model.restartByCall(id), real.call(call -> new Event.Restart(call, id)));
                    }
                }
            }
        }

        /** In the model. */
        private void passes(Duration pass) {
            long end = modelNow + pass.toNanos();
            while (model.nextDue() <= end) {
                modelNow = model.nextDue();
                model.startTheDue();
                seen.add("waited");
            }
            modelNow = end;
        }

        private String anyChild() {
            List<String> ids = model.ids();
            return ids.isEmpty() || random.nextInt(10) == 0 ? "nobody" : ids.get(random.nextInt(ids.size()));
        }

        private void workerEnds() {
            List<String> running = model.workers();
            if (running.isEmpty()) {
                return;
            }
            String id =
                    running.contains(last) && random.nextBoolean() ? last : running.get(random.nextInt(running.size()));
            last = id;
            Exit exit = switch (random.nextInt(4)) {
                case 0 -> Exit.completed();
                case 1 -> Exit.stopped();
                default -> Exit.failed(new IllegalStateException("told to"));
            };
            trace.add(id + " " + exit.kind());
            int before = expected.log().size();
            ModelTree owner = model.ownerOf(id);
            Worker worker = workers.get(id);
            if (owner == null || worker == null) {
                throw new AssertionError("no " + id);
            }
            owner.ended(id, exit.kind());
            worker.ended.complete(exit);
            if (expected.log().subList(before, expected.log().size()).contains("+" + id)) {
                seen.add("restarted");
            }
        }

        private void call(String what, String wanted, CompletableFuture<Void> answer) {
            trace.add(what + ": " + wanted);
            time.runUntilIdle();
            assertThat(answer.isDone() ? word(answer) : "pending").as(what).isEqualTo(wanted);
            seen.add(wanted);
        }

        private static String word(CompletableFuture<Void> answer) {
            try {
                answer.join();
                return "done";
            } catch (CompletionException e) {
                return e.getCause() instanceof StartFailedException ? "failed" : "refused";
            }
        }

        private void compare() {
            time.runUntilIdle();
            assertThat(actual.log()).as("starts and stops").isEqualTo(expected.log());
            expected.log().clear();
            actual.log().clear();
            Exit exit = real.over().toCompletableFuture().getNow(null);
            assertThat(exit == null ? null : exit.kind()).as("end").isEqualTo(model.end());
            if (exit == null) {
                assertThat(real.children()).as("children").isEqualTo(model.children());
            }
        }
    }

    /** A worker of the real trees. */
    private static final class Worker implements Child {
        private final String id;
        private final ModelWorld world;
        private final CompletableFuture<Exit> ended = new CompletableFuture<>();

        Worker(String id, ModelWorld world) {
            this.id = id;
            this.world = world;
        }

        @Override
        public CompletionStage<Exit> ended() {
            return ended;
        }

        @Override
        public void stop(StopReason why, long killBy) {
            world.stopped(id);
            ended.complete(Exit.stopped());
        }

        @Override
        public void kill(StopReason why) {
            stop(why, 0);
        }
    }
}
