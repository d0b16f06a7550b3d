package dev.highlander.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.Highlander;
import dev.highlander.Reason;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Transition;
import dev.highlander.WhenStuck;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real nodes on a network that splits and heals: what the rows of the peer cluster ask for. */
class ClusterSplitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** {@code -Dcluster.keys=500} makes it as many keys. */
    private static final int KEYS = Integer.getInteger("cluster.keys", 100);

    private final String cluster = "splits-" + UUID.randomUUID();
    private final Loopback network = new Loopback();
    private final List<Running> nodes = new ArrayList<>();

    /** A node with singletons that run until they are interrupted. */
    private static final class Running {
        private final String name;
        private final ClusterLocks locks;
        private final Highlander highlander;
        private final List<Singleton> singletons = new ArrayList<>();
        private final ConcurrentLinkedQueue<Transition> transitions = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Overlap> overlaps = new ConcurrentLinkedQueue<>();

        Running(String name, ClusterLocks locks) {
            this.name = name;
            this.locks = locks;
            this.highlander = Highlander.with(locks)
                    .whenStuck(WhenStuck.REPORT)
                    .withoutShutdownHook()
                    .listener(transitions::add);
            locks.listenToOverlaps(overlaps::add);
        }

        void start(String key) {
            singletons.add(highlander.start(highlander.task(key, term -> new CountDownLatch(1).await())));
        }

        long running() {
            return singletons.stream()
                    .filter(singleton -> singleton.state() == State.RUNNING)
                    .count();
        }

        boolean runs(String key) {
            return singletons.stream()
                    .anyMatch(singleton -> singleton.key().equals(Key.of(key)) && singleton.state() == State.RUNNING);
        }

        long stoppedFor(Reason reason) {
            return transitions.stream()
                    .filter(transition -> transition.reason() == reason && transition.to() == State.STOPPING)
                    .count();
        }

        void close() {
            singletons.forEach(Singleton::close);
            locks.close();
        }
    }

    @AfterEach
    void closeAll() {
        network.heal();
        nodes.forEach(Running::close);
    }

    private Running node(String name, int quorum) {
        ClusterBuilder builder = ClusterLocks.builder()
                .transport(network.transport(name))
                .timings(Loopback.FAST)
                .lease(Lease.of(Loopback.FAST.silence()))
                .node(Node.named(name));
        Running node = new Running(name, (quorum > 0 ? builder.quorum(quorum) : builder).join(cluster));
        nodes.add(node);
        return node;
    }

    private List<Running> nodes(int count, int quorum) {
        for (int i = 0; i < count; i++) {
            node("node-" + i, quorum);
            awaitMembers(i + 1, nodes);
        }
        return nodes;
    }

    private static void awaitMembers(int count, List<Running> of) {
        await(() -> of.stream().allMatch(node -> node.locks.members() == count));
    }

    private static void await(Callable<Boolean> what) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(what);
    }

    private long running(String key) {
        return nodes.stream().filter(node -> node.runs(key)).count();
    }

    private Running runnerOf(String key) {
        return nodes.stream().filter(node -> node.runs(key)).findFirst().orElseThrow();
    }

    @Test
    void E1_A1_nodesFindEachOtherAndOneRunsTheChild() {
        nodes(3, 0).forEach(node -> node.start("job"));

        await(() -> running("job") == 1);

        assertThat(nodes.get(0).locks.guarantee().neverTwo()).isFalse();
        await(() -> nodes.get(2)
                .locks
                .holder(Key.of("job"))
                .toCompletableFuture()
                .get()
                .isPresent());
    }

    @Test
    void E2_whenTheHolderStopsOneOfTheOthersTakesOver() {
        nodes(3, 0).forEach(node -> node.start("job"));
        await(() -> running("job") == 1);
        Running first = runnerOf("job");

        first.close();
        nodes.remove(first);

        await(() -> running("job") == 1);
    }

    @Test
    void E3_E4_E7_eachSideRunsOneAndAfterTheHealTheOldestGoesOnAndBothAreTold() {
        nodes(4, 0).forEach(node -> node.start("job"));
        await(() -> running("job") == 1);
        Running oldest = runnerOf("job");
        List<Running> others = nodes.stream().filter(node -> node != oldest).toList();
        List<Running> there = others.subList(0, 2);
        List<Running> here = List.of(oldest, others.get(2));

        network.split(names(here), names(there));
        await(() -> here.stream().filter(node -> node.runs("job")).count() == 1
                && there.stream().filter(node -> node.runs("job")).count() == 1);
        Running loser = there.get(0).runs("job") ? there.get(0) : there.get(1);
        network.heal();

        await(() -> running("job") == 1 && loser.stoppedFor(Reason.CONFLICT) == 1);
        assertThat(oldest.runs("job")).as("the winner goes on").isTrue();
        assertThat(oldest.stoppedFor(Reason.CONFLICT) + oldest.stoppedFor(Reason.EXPIRED))
                .as("undisturbed")
                .isZero();
        await(() -> loser.overlaps.size() == 1 && oldest.overlaps.size() == 1);
        Overlap receipt = oldest.overlaps.element();
        assertThat(receipt.winner().node()).isEqualTo(oldest.name);
        assertThat(receipt.loser().node()).isEqualTo(loser.name);
        assertThat(receipt.length()).isPositive();

        oldest.close();
        nodes.remove(oldest);
        await(() -> running("job") == 1);
    }

    @Test
    void E6_theSmallSideStopsItsChildrenAndOnlyThenTheOtherOneStarts() {
        nodes(3, 2).forEach(node -> node.start("job"));
        await(() -> running("job") == 1);
        Running cutOff = runnerOf("job");
        List<Running> majority = nodes.stream().filter(node -> node != cutOff).toList();
        List<String> order = new CopyOnWriteArrayList<>();
        nodes.forEach(node -> node.singletons.get(0).listen(transition -> {
            if (transition.to() == State.RUNNING
                    || (transition.from().hasChild() && !transition.to().hasChild())) {
                order.add(node.name + (transition.to() == State.RUNNING ? " runs" : " is down"));
            }
        }));

        network.split(names(List.of(cutOff)), names(majority));

        await(() -> majority.stream().anyMatch(node -> node.runs("job")));
        assertThat(cutOff.runs("job")).isFalse();
        assertThat(order).hasSize(2);
        assertThat(order.get(0)).isEqualTo(cutOff.name + " is down");
        await(() -> cutOff.locks.condition().phase() == Condition.Phase.CONNECTING);
        assertThat(cutOff.locks.condition().problem().orElseThrow().code()).isEqualTo("NO_QUORUM");
        network.heal();
        await(() -> cutOff.locks.condition().equals(Condition.ready()));
        assertThat(running("job")).isEqualTo(1);
    }

    @Test
    void E4_tenNodesOfWhichFourAreCutOffAndAllKeysConflictAtOnce() {
        nodes(10, 0);
        for (int key = 0; key < KEYS; key++) {
            for (Running node : nodes) {
                node.start("key-" + key);
            }
        }
        await(() -> nodes.stream().mapToLong(Running::running).sum() == KEYS);
        List<Running> four = nodes.subList(0, 4);
        List<Running> six = nodes.subList(4, 10);

        network.split(names(four), names(six));
        await(() -> four.stream().mapToLong(Running::running).sum() == KEYS
                && six.stream().mapToLong(Running::running).sum() == KEYS);
        network.heal();

        await(() -> nodes.stream().mapToLong(Running::running).sum() == KEYS
                && nodes.stream()
                                .mapToLong(node -> node.stoppedFor(Reason.CONFLICT))
                                .sum()
                        == KEYS);
        for (int key = 0; key < KEYS; key++) {
            assertThat(running("key-" + key)).as("key-%s", key).isEqualTo(1);
        }
        await(() -> nodes.stream().mapToLong(node -> node.overlaps.size()).sum() == 2L * KEYS);
    }

    /** {@code -Dcluster.splits=N} splits and heals so often. */
    @Test
    void E4_howeverOftenItSplitsAndHealsTwoAreNeverLeft() {
        int splits = Integer.getInteger("cluster.splits", 3);
        nodes(3, 0).forEach(node -> node.start("job"));
        await(() -> running("job") == 1);
        for (int split = 0; split < splits; split++) {
            Running alone = nodes.get(split % 3);
            List<Running> pair = nodes.stream().filter(node -> node != alone).toList();

            network.split(names(List.of(alone)), names(pair));
            await(() -> alone.runs("job") && pair.stream().anyMatch(node -> node.runs("job")));
            network.heal();

            awaitMembers(3, nodes);
            await(() -> running("job") == 1);
            assertThat(running("job")).isEqualTo(1);
        }
    }

    private static List<String> names(List<Running> of) {
        return of.stream().map(node -> node.name).toList();
    }
}
