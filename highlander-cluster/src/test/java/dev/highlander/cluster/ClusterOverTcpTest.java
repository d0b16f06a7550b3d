package dev.highlander.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.Receiver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes on real sockets. */
class ClusterOverTcpTest {
    private static final String SECRET = "a secret of more than sixteen characters";
    private static final Key KEY = Key.of("job");

    private final String cluster = "tcp-" + UUID.randomUUID();
    private final List<ClusterLocks> opened = new ArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();
    private final List<Integer> ports = freePorts(3);

    @AfterEach
    void closeAll() {
        waiters.forEach(Waiter::leave);
        opened.forEach(ClusterLocks::close);
    }

    private static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ClusterBuilder builder(int index) {
        return ClusterLocks.builder()
                .bind("127.0.0.1:" + ports.get(index))
                .peers(ports.stream().map(port -> "127.0.0.1:" + port).toList())
                .timings(Loopback.FAST)
                .node(Node.named("node-" + index));
    }

    private ClusterLocks open(ClusterBuilder builder) {
        ClusterLocks locks = builder.join(cluster);
        opened.add(locks);
        return locks;
    }

    /** Waits for one hold after the other. */
    private static final class Waiter implements Claimant {
        private final BlockingQueue<Hold> startable = new LinkedBlockingQueue<>();
        private final List<Hold> holds = new CopyOnWriteArrayList<>();
        private final Claim claim;

        Waiter(ClusterLocks locks) {
            claim = locks.claim(KEY, this);
        }

        @Override
        public void granted(Hold hold) {
            holds.add(hold);
        }

        @Override
        public void startable(Hold hold) {
            startable.add(hold);
        }

        @Override
        public void lost(Hold hold, Loss why) {
            hold.release();
        }

        void leave() {
            claim.withdraw();
            holds.forEach(Hold::release);
        }

        Hold await() throws InterruptedException {
            Hold hold = startable.poll(60, TimeUnit.SECONDS);
            assertThat(hold).as("granted within a minute").isNotNull();
            return hold;
        }
    }

    private Waiter claim(ClusterLocks locks) {
        Waiter waiter = new Waiter(locks);
        waiters.add(waiter);
        return waiter;
    }

    private static void await(Callable<Boolean> what) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(what);
    }

    @Test
    void E9_nodesWithTheSameSecretFindEachOtherAndHandKeysOver() throws Exception {
        ClusterLocks a = open(builder(0).secret(SECRET));
        await(() -> a.members() == 1);
        ClusterLocks b = open(builder(1).secret(SECRET));
        await(() -> a.members() == 2 && b.members() == 2);
        Waiter first = claim(a);
        Hold hold = first.await();
        Waiter second = claim(b);

        first.leave();

        assertThat(second.await().token()).isGreaterThan(hold.token());
    }

    @Test
    void E9_aNodeWithAnotherSecretIsNotLetIn() throws Exception {
        ClusterLocks a = open(builder(0).secret(SECRET));
        await(() -> a.members() == 1);
        Hold hold = claim(a).await();

        ClusterLocks stranger = open(builder(1).secret("another secret of sixteen characters"));
        await(() -> stranger.members() == 1);
        ClusterLocks b = open(builder(2).secret(SECRET));
        await(() -> a.members() == 2 && b.members() == 2);

        assertThat(stranger.members()).isEqualTo(1);
        assertThat(a.holder(KEY)
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS)
                        .orElseThrow()
                        .node())
                .isEqualTo("node-0");
        assertThat(hold.deadBy()).isGreaterThan(a.time().nanos());
    }

    @Test
    void E9_randomBytesOnThePortDisturbNobody() throws Exception {
        ClusterLocks a = open(builder(0).secret(SECRET));
        await(() -> a.members() == 1);
        Waiter first = claim(a);
        Hold hold = first.await();
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[1 + random.nextInt(2000)];
            random.nextBytes(bytes);
            if (i % 3 == 0) {
                System.arraycopy(
                        new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
                        0,
                        bytes,
                        0,
                        Math.min(4, bytes.length));
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.get(0));
                    OutputStream out = socket.getOutputStream()) {
                out.write(bytes);
            } catch (IOException e) {
                // It may hang up on us.
            }
        }

        ClusterLocks b = open(builder(1).secret(SECRET));
        await(() -> a.members() == 2 && b.members() == 2);
        assertThat(hold.deadBy()).isGreaterThan(a.time().nanos());
        Waiter second = claim(b);
        first.leave();
        second.await();
    }

    @Test
    void F2_onAChannelOfTheUsersNeitherHearsTheOther() throws Exception {
        BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
        List<JChannel> channels = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            JChannel channel = Stack.channel(
                    "own-" + i, new Loopback().transport("own-" + i).get(), null, Loopback.FAST);
            channel.setReceiver(new Receiver() {
                @Override
                public void receive(Message message) {
                    heard.add(message.getObject());
                }
            });
            channel.connect(cluster);
            channels.add(channel);
        }
        try {
            List<ClusterLocks> locks = new ArrayList<>();
            for (JChannel channel : channels) {
                locks.add(open(ClusterLocks.builder()
                        .on(channel)
                        .timings(Loopback.FAST)
                        .node(Node.named(channel.getName()))));
            }
            await(() -> locks.stream().allMatch(each -> each.members() == 2));
            Waiter first = claim(locks.get(0));
            first.await();
            Waiter second = claim(locks.get(1));
            channels.get(0).send(new ObjectMessage(channels.get(1).getAddress(), "hello"));
            first.leave();
            second.await();
            second.leave();

            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
            assertThat(heard).isEmpty();
            opened.forEach(ClusterLocks::close);
            assertThat(channels).allMatch(JChannel::isConnected);
        } finally {
            channels.forEach(JChannel::close);
        }
    }

    @Test
    void aPortThatIsTakenIsNamedAndTriedAgain() throws Exception {
        ClusterLocks locks;
        try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            locks = open(builder(0));
            await(() -> locks.condition().phase() == Condition.Phase.REFUSED);
            assertThat(locks.condition().problem().orElseThrow().code()).isEqualTo("CANNOT_JOIN");
        }
        await(() -> locks.condition().equals(Condition.ready()));
    }

    @Test
    void aNodeWithAnotherLeaseIsRefusedByName() {
        ClusterLocks a = open(builder(0));
        await(() -> a.members() == 1);
        ClusterLocks b = open(builder(1).lease(Lease.of(Duration.ofSeconds(1))));

        await(() -> b.condition().phase() == Condition.Phase.REFUSED);

        assertThat(b.condition().problem().orElseThrow().code()).isEqualTo("LEASE_DIFFERS");
    }

    @Test
    void settingsThatContradictEachOtherAreRefusedAtOnce() {
        assertThatThrownBy(() -> ClusterLocks.builder().bind("0.0.0.0:7800").join("c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("secret");
        assertThatThrownBy(() -> ClusterLocks.builder().peers("10.0.0.1:7800").join("c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bind(");
        assertThatThrownBy(() -> ClusterLocks.builder()
                        .lease(Lease.of(Duration.ofSeconds(30)))
                        .join("c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quorum");
        assertThatThrownBy(() -> ClusterLocks.builder().peers("host:port"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host:port");
        assertThatThrownBy(() -> ClusterLocks.builder().quorum(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClusterLocks.builder().secret("short")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClusterLocks.join(" ")).isInstanceOf(IllegalArgumentException.class);
    }
}
