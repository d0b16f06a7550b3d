package dev.highlander.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.SupervisorMachine.Event;
import dev.highlander.supervisor.SupervisorMachine.Policy;
import dev.highlander.testkit.ManualTime;
import dev.highlander.time.Agenda;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Trees at random whose workers hang in their start, are slow to stop, ignore their stop, or their kill too; which are
 * called, stopped and lose their key in the middle of anything. What must never be is looked for at each step. A tree's
 * number replays it.
 */
class RandomFaultsTest {
    private static final int TREES = Integer.getInteger("supervisor.trees", 10_000);
    private static final long MS = 1_000_000L;

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
    void B3_C1_C7_treesOfBadChildrenKeepTheirOrderTheirTimesAndNeverRunAChildTwice() {
        Map<String, Integer> seen = new HashMap<>();
        for (int number = 0; number < TREES; number++) {
            Walk walk = new Walk(number, SupervisorMachine::new);
            try {
                walk.run();
            } catch (Throwable t) {
                throw new AssertionError("tree " + number + " after " + walk.trace, t);
            }
            walk.seen.forEach((word, count) -> seen.merge(word, count, Integer::sum));
        }
        assertThat(seen.keySet())
                .contains(
                        "hung in start",
                        "killed",
                        "stuck",
                        "lost",
                        "stopped in a restart",
                        "over after stuck",
                        "restart");
        assertThat(seen.values()).as("%s", seen).allMatch(count -> count > TREES / 1000);
    }

    /** How many trees it takes to find a fault with these decisions, up to {@code most}; 0 if none does. */
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

    private enum Stops {
        AT_ONCE,
        SLOWLY,
        WHEN_KILLED,
        NEVER
    }

    /** What the test knows of a supervisor. */
    private static final class Branch {
        final List<Object> children = new ArrayList<>(); // ids of workers, and branches
        final double shareOfAbove;

        Branch(double shareOfAbove) {
            this.shareOfAbove = shareOfAbove;
        }
    }

    private static final class Walk {
        final List<String> trace = new ArrayList<>();
        final Map<String, Integer> seen = new HashMap<>();
        private final Random random;
        private final ManualTime time = ManualTime.create();
        private final Agenda agenda = time.agenda("the test's");
        private final BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines;
        private final Map<String, Worker> present = new HashMap<>();
        private final Map<String, Branch> branches = new HashMap<>();
        private final Map<String, Long> graces = new HashMap<>();
        private final List<CompletableFuture<Void>> answers = new ArrayList<>();
        private final SupervisorRunner real;
        private final Branch root;
        private final List<String> faults = new ArrayList<>();
        private boolean terminating;
        private boolean stopping;
        private boolean freed;
        private long lostAt = Long.MAX_VALUE;
        private long killBy = Long.MAX_VALUE;

        Walk(int number, BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines) {
            this.random = new Random(number * 0x9E3779B97F4A7C15L + 1);
            this.machines = machines;
            this.root = new Branch(1);
            this.real = new SupervisorRunner(tree(root, "", 3), time);
        }

        private SupervisorSpec tree(Branch branch, String path, int depth) {
            int count = random.nextInt(path.isEmpty() ? 4 : 3) + 1;
            List<ChildSpec> children = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String id = path + (char) ('a' + i);
                if (depth > 1 && random.nextInt(4) == 0) {
                    Branch inner = new Branch(branch.shareOfAbove * 0.8 / (count + 1));
                    branch.children.add(inner);
                    children.add(ChildSpec.tree(id, tree(inner, id, depth - 1)));
                } else {
                    branch.children.add(id);
                    children.add(worker(branch, id));
                }
            }
            SupervisorSpec spec = SupervisorSpec.of(
                            List.of(Strategy.values()).get(random.nextInt(3)), children.toArray(ChildSpec[]::new))
                    .maxRestarts(random.nextInt(4), Duration.ofSeconds(5))
                    .wiring(new SupervisorSpec.Wiring(time, random::nextDouble, machines));
            return random.nextInt(3) > 0
                    ? spec
                    : spec.backoff(new Backoff(Duration.ofMillis(1 + random.nextInt(3000)), Duration.ofSeconds(4)));
        }

        private ChildSpec worker(Branch branch, String id) {
            branches.put(id, branch);
            Shutdown shutdown = switch (random.nextInt(5)) {
                case 0 -> Shutdown.kill();
                case 1 -> Shutdown.grace(Duration.ofMillis(1 + random.nextInt(3000)));
                default -> Shutdown.DEFAULT;
            };
            graces.put(id, shutdown.nanos());
            return ChildSpec.of(id, () -> new Worker(id))
                    .restart(List.of(Restart.values()).get(random.nextInt(3)))
                    .shutdown(shutdown);
        }

        private void saw(String word) {
            seen.merge(word, 1, Integer::sum);
        }

        void run() {
            real.begin();
            settle();
            int steps = random.nextInt(12);
            for (int i = 0; i < steps; i++) {
                anything();
                settle();
            }
            if (random.nextBoolean()) {
                lose();
            } else {
                stop();
            }
            settle();
            pass(Duration.ofMinutes(10));
            boolean wasStuck = !real.over().isDone();
            assertThat(!wasStuck || real.stuck().isDone())
                    .as("told that it is stuck")
                    .isTrue();
            trace.add("all are freed");
            freed = true;
            List.copyOf(present.values()).forEach(worker -> worker.end(Exit.stopped()));
            pass(Duration.ofMinutes(10));
            assertThat(real.over()).as("over").isDone();
            assertThat(present.keySet()).as("still there").isEmpty();
            assertThat(answers).as("answers").allMatch(CompletableFuture::isDone);
            if (wasStuck) {
                saw("over after stuck");
            }
        }

        private void anything() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> pass(Duration.ofMillis(random.nextInt(4000)));
                case 3, 4, 5 -> aWorker(Exit.failed(new IllegalStateException("told to")));
                case 6 -> aWorker(Exit.completed());
                case 7 -> comesUp();
                case 8 -> call();
                default -> {
                    if (random.nextInt(4) == 0) {
                        stop();
                    } else {
                        comesUp();
                    }
                }
            }
        }

        private void pass(Duration pass) {
            trace.add("after " + pass);
            time.advance(pass);
            settle();
        }

        /** Not thrown where it is found: a supervisor survives what its children throw. */
        private void must(boolean holds, String what, String id) {
            if (!holds) {
                faults.add(id + " " + what);
            }
        }

        private void settle() {
            time.runUntilIdle();
            assertThat(faults).isEmpty();
            for (Worker worker : present.values()) {
                assertThat(worker.asked && !worker.killed && time.nanos() > worker.killAt)
                        .as("%s was not killed in time", worker.id)
                        .isFalse();
                assertThat(!worker.killed && time.nanos() > killBy)
                        .as("%s was not killed before its key was anybody's", worker.id)
                        .isFalse();
            }
            if (real.over().isDone()) {
                assertThat(present.keySet()).as("there when it is over").isEmpty();
            }
        }

        private void aWorker(Exit exit) {
            Worker worker = any();
            if (worker != null) {
                trace.add(worker.id + " " + exit.kind());
                worker.end(exit);
            }
        }

        private void comesUp() {
            for (Worker worker : List.copyOf(present.values())) {
                if (!worker.up.isDone() && random.nextBoolean()) {
                    trace.add(worker.id + " is up");
                    worker.up.complete(null);
                }
            }
        }

        private @Nullable Worker any() {
            List<Worker> all = List.copyOf(present.values());
            return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
        }

        private void call() {
            String id = String.valueOf((char) ('a' + random.nextInt(4)));
            if (random.nextBoolean()) {
                trace.add("terminate " + id);
                terminating = true;
                answers.add(real.call(call -> new Event.Terminate(call, id)));
            } else {
                trace.add("restart " + id);
                answers.add(real.call(call -> new Event.Restart(call, id)));
            }
        }

        private void stop() {
            trace.add("stop");
            if (present.values().stream().anyMatch(worker -> worker.asked) && !stopping) {
                saw("stopped in a restart");
            }
            stopping = true;
            real.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        }

        private void lose() {
            saw("lost");
            stopping = true;
            lostAt = time.nanos();
            killBy = lostAt + (1000 + random.nextInt(5000)) * MS;
            trace.add("lost, " + (killBy - lostAt) / MS + " ms");
            real.stop(StopReason.LOST, killBy);
            agenda.at(killBy, () -> real.kill(StopReason.LOST)); // as the singleton above does
        }

        /** Whether something of it runs that is not beyond all means. */
        private boolean runs(Object child) {
            if (child instanceof Branch branch) {
                return branch.children.stream().anyMatch(this::runs);
            }
            Worker worker = present.get((String) child);
            return worker != null && !worker.mayBeStuck();
        }

        private final class Worker implements Child {
            private final String id;
            private final CompletableFuture<Void> up = new CompletableFuture<>();
            private final CompletableFuture<Exit> ended = new CompletableFuture<>();
            private final Stops stops;
            private boolean asked;
            private boolean killed;
            private long killAt = Long.MAX_VALUE;
            private long killedAt;

            Worker(String id) {
                this.id = id;
                trace.add("+" + id);
                List<Object> siblings = branch().children;
                for (Object sibling : siblings) {
                    Worker other = sibling instanceof String name ? present.get(name) : null;
                    if (other != null && !terminating) {
                        must(other.up.isDone() || other.asked, "is started while another is", id);
                        must(!other.asked || other.mayBeStuck(), "is started while another is stopped", id);
                    }
                }
                must(!stopping || branch() != root, "is started after the stop", id); // trees below may not know yet
                must(present.put(id, this) == null, "runs twice", id);
                this.stops = switch (random.nextInt(8)) {
                    case 0 -> Stops.SLOWLY;
                    case 1 -> Stops.WHEN_KILLED;
                    case 2 -> Stops.NEVER;
                    default -> Stops.AT_ONCE;
                };
                if (random.nextInt(8) > 0) {
                    up.complete(null);
                } else {
                    saw("hung in start");
                }
                saw("restart");
            }

            private Branch branch() {
                Branch branch = branches.get(id);
                if (branch == null) {
                    throw new AssertionError(id);
                }
                return branch;
            }

            boolean mayBeStuck() {
                return killed && (stops == Stops.NEVER || time.nanos() > killedAt);
            }

            void end(Exit exit) {
                if (!ended.isDone()) {
                    trace.add("-" + id);
                    present.remove(id, this);
                    ended.complete(exit);
                }
            }

            @Override
            public CompletionStage<Exit> ended() {
                return ended;
            }

            @Override
            public CompletionStage<?> started() {
                return up;
            }

            @Override
            public void stop(StopReason why, long at) {
                if (ended.isDone() || freed) {
                    return;
                }
                long now = time.nanos();
                if (!asked) {
                    isAskedInOrder();
                }
                asked = true;
                killAt = Math.min(killAt, at);
                trace.add("stop " + id + " by " + (at - now) / MS);
                long grace = graces.getOrDefault(id, 0L);
                must(at - now <= grace, "is given more than its grace", id);
                if (why == StopReason.LOST) {
                    must(at <= killBy, "is given more time than there is", id);
                    hasItsShare(at);
                } else {
                    must(at - now == grace, "is not given its grace", id);
                }
                if (stops == Stops.AT_ONCE) {
                    end(Exit.stopped());
                } else if (stops == Stops.SLOWLY) {
                    agenda.at(now + random.nextInt(2000) * MS, () -> end(Exit.stopped()));
                }
            }

            /** Later siblings have ended. */
            private void isAskedInOrder() {
                if (terminating) {
                    return;
                }
                List<Object> siblings = branch().children;
                for (Object later : siblings.subList(siblings.indexOf(id) + 1, siblings.size())) {
                    must(!runs(later), "is asked before a later one has ended", id);
                }
            }

            /** Of the time there is after a loss, down the tree, for as many as there are. */
            private void hasItsShare(long at) {
                double least = (killBy - lostAt)
                        * branch().shareOfAbove
                        * 0.8
                        / (branch().children.size() + 1);
                long grace = graces.getOrDefault(id, 0L);
                must(at - time.nanos() >= Math.min((double) grace, least) - MS, "has not its share", id);
            }

            @Override
            public void kill(StopReason why) {
                if (ended.isDone() || freed) {
                    return;
                }
                long now = time.nanos();
                trace.add("kill " + id);
                long grace = graces.getOrDefault(id, 0L);
                boolean all = now >= killBy;
                if (!asked && !all) {
                    must(grace == 0, "is killed before it is asked", id);
                    isAskedInOrder();
                }
                must(all || !asked || now >= killAt, "is killed early", id);
                if (!killed) {
                    killedAt = now;
                    saw(stops == Stops.NEVER ? "stuck" : "killed");
                }
                killed = true;
                asked = true;
                if (stops != Stops.NEVER) {
                    end(Exit.stopped());
                }
            }
        }
    }
}
