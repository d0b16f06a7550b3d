package dev.highlander.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG2;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The protocols that a channel is made of, one object each, from the bottom up.
 *
 * <p>No flow control: messages are small and few, and sending must not block.
 */
final class Stack {
    /** Longer than what the fragmentation above sends at once, and no longer than a stranger may have us make room for. */
    private static final int LONGEST_FRAME = 1 << 20;

    private static final int FRAGMENT = 60_000;

    private Stack() {}

    static JChannel channel(String node, List<Protocol> transport, @Nullable Seal seal, Timings timings)
            throws Exception {
        List<Protocol> all = new ArrayList<>(transport.subList(0, 1));
        if (seal != null) {
            all.add(seal);
        }
        all.addAll(transport.subList(1, transport.size()));
        all.add(new MERGE3()
                .setMinInterval(timings.mergeMin().toMillis())
                .setMaxInterval(timings.mergeMax().toMillis()));
        all.add(new FD_ALL3()
                .setTimeout(timings.silence().toMillis())
                .setInterval(timings.heartbeat().toMillis()));
        all.add(new VERIFY_SUSPECT2().setTimeout(timings.verify().toMillis()));
        all.add(new NAKACK2().useMcastXmit(false));
        all.add(new UNICAST3());
        all.add(new STABLE());
        all.add(new GMS()
                .printLocalAddress(false)
                .setJoinTimeout(timings.join().toMillis())
                .setLeaveTimeout(timings.join().toMillis())
                .setMaxJoinAttempts(3));
        all.add(new FRAG2().setFragSize(FRAGMENT));
        JChannel channel = new JChannel(all);
        channel.setName(node);
        channel.getProtocolStack().getTransport().getDiagnosticsHandler().setEnabled(false);
        return channel;
    }

    /** By connections between all members, which are found by their addresses. */
    static List<Protocol> tcp(InetAddress address, int port, int range, List<InetSocketAddress> peers) {
        TCP tcp = new TCP();
        tcp.setBindAddress(address);
        tcp.setBindPort(port);
        tcp.setPortRange(range);
        tcp.setMaxLength(LONGEST_FRAME);
        tcp.setSockConnTimeout(500);
        tcp.enableSuspectEvents(true);
        tcp.logAcceptError(false); // a line for each stranger that knocks would fill the disk
        TCPPING ping = new TCPPING();
        ping.setPortRange(0);
        ping.setInitialHosts(peers);
        return List.of(tcp, ping, new DeathCheck());
    }
}
