package dev.highlander.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real processes, killed and frozen. With {@code -Dcluster.figures=N} each fault comes N times, and times are printed. */
class ClusterProcessesTest {
    private final String cluster = "processes-" + UUID.randomUUID();
    private final List<Integer> ports = freePorts();
    private final List<NodeProcess> nodes = new ArrayList<>();

    @BeforeEach
    void onlyWhereSignalsAre() {
        assumeTrue(!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("win"), "kill -STOP is needed");
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(NodeProcess::close);
    }

    private static List<Integer> freePorts() {
        List<Integer> ports = new ArrayList<>();
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ports;
    }

    private NodeProcess start(int index, int quorum, int keys) throws IOException {
        NodeProcess node = NodeProcess.start(cluster, ports, index, quorum, keys);
        nodes.add(node);
        return node;
    }

    /** What this node says next of that kind, as its time in microseconds since 1970. */
    private static long await(NodeProcess node, String what) throws InterruptedException {
        String line = node.next();
        while (!line.startsWith(what)) {
            line = node.next();
        }
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }

    @Test
    void E2_aProcessThatIsKilledIsTakenOverAtOnce() throws Exception {
        NodeProcess first = start(0, 0, 1);
        await(first, "START");
        NodeProcess second = start(1, 0, 1);
        await(second, "MEMBERS 2");
        await(first, "MEMBERS 2");

        long killed = now();
        first.signal("KILL");

        long took = await(second, "START") - killed;
        System.out.println("Cluster: taken over " + took / 1000 + " ms after SIGKILL");
        assertThat(took)
                .as("sooner than any silence is noticed, in microseconds")
                .isLessThan(Detection.QUICK.silence().toMillis() * 1000);
    }

    @Test
    void aProcessThatIsFrozenKnowsItWhenItResumes() throws Exception {
        NodeProcess first = start(0, 0, 1);
        await(first, "START");
        NodeProcess second = start(1, 0, 1);
        await(second, "MEMBERS 2");
        await(first, "MEMBERS 2");

        first.signal("STOP");
        await(second, "START");
        long resumed = now();
        first.signal("CONT");

        assertThat(await(first, "STOP") - resumed)
                .as("by its own clock, long before the heal tells it")
                .isLessThan(5_000_000);
    }

    @Test
    void E6_withAQuorumAFrozenProcessIsTakenOverAndNeverTwoRun() throws Exception {
        NodeProcess one = start(0, 2, 1);
        NodeProcess two = start(1, 2, 1);
        NodeProcess holder = starter(List.of(one, two));
        NodeProcess other = holder == one ? two : one;
        NodeProcess third = start(2, 2, 1);
        await(third, "MEMBERS 3");
        await(other, "MEMBERS 3");

        holder.signal("STOP");
        assertThat(starter(List.of(other, third))).isNotNull();
        long resumed = now();
        holder.signal("CONT");

        assertThat(await(holder, "STOP") - resumed).isLessThan(5_000_000);
    }

    /** The first of them that says that it has started a child. */
    private static NodeProcess starter(List<NodeProcess> of) {
        List<NodeProcess> started = new ArrayList<>();
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            for (NodeProcess node : of) {
                for (String line = node.poll(); line != null && started.isEmpty(); line = node.poll()) {
                    if (line.startsWith("START")) {
                        started.add(node);
                    }
                }
            }
            return !started.isEmpty();
        });
        return started.get(0);
    }

    @Test
    void figures() throws Exception {
        Integer times = Integer.getInteger("cluster.figures");
        assumeTrue(times != null, "with -Dcluster.figures=N");
        for (int keys : new int[] {1, 1000}) {
            List<Long> killed = new ArrayList<>();
            List<Long> stopped = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                stopped.add(takeover("TERM", keys));
                killed.add(takeover("KILL", keys));
            }
            System.out.printf("Cluster: %d keys, all running elsewhere after SIGTERM %s%n", keys, millis(stopped));
            System.out.printf("Cluster: %d keys, all running elsewhere after SIGKILL %s%n", keys, millis(killed));
        }
    }

    /** From the stop of the child, or the kill of its process, to the start of the last one elsewhere; in microseconds. */
    private long takeover(String signal, int keys) throws Exception {
        NodeProcess first = start(0, 0, keys);
        for (int i = 0; i < keys; i++) {
            await(first, "START");
        }
        NodeProcess second = start(1, 0, keys);
        await(second, "MEMBERS 2");
        await(first, "MEMBERS 2");
        Thread.sleep(1500); // warm
        long from = now();
        first.signal(signal);
        if (signal.equals("TERM")) {
            from = await(first, "STOP");
        }
        long last = 0;
        for (int i = 0; i < keys; i++) {
            last = Math.max(last, await(second, "START"));
        }
        nodes.forEach(NodeProcess::close);
        nodes.clear();
        return last - from;
    }

    private static String millis(List<Long> micros) {
        List<Long> sorted = micros.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "median %.1f ms, %.1f to %.1f ms",
                sorted.get(sorted.size() / 2) / 1000.0,
                sorted.get(0) / 1000.0,
                sorted.get(sorted.size() - 1) / 1000.0);
    }
}
