package dev.highlander.cluster;

import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.ChannelListener;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.UUID;
import org.jspecify.annotations.Nullable;

/** A channel of JGroups, in the words of the protocol. Messages and views are handed on from JGroups' own threads. */
final class Link implements Receiver, ChannelListener {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cluster");

    private final JChannel channel;
    private final String cluster;
    private final Events events;

    /** Who is told, on whatever thread; returns at once. */
    interface Events {
        void installed(Peer self, ClusterView view);

        void heard(Peer from, ClusterMessage message);

        void unreadable(Peer from, String why);

        void closed();
    }

    Link(JChannel channel, String cluster, Events events) {
        this.channel = channel;
        this.cluster = cluster;
        this.events = events;
    }

    /** Joins; blocks until that is done. */
    void open() throws Exception {
        channel.setReceiver(this);
        channel.addChannelListener(this);
        channel.connect(cluster);
        View view = channel.getView();
        if (view != null) {
            viewAccepted(view); // a channel on top of another one is not told of the view that is there
        }
    }

    /** Leaves; blocks until that is done. */
    void close() {
        channel.removeChannelListener(this);
        channel.close();
    }

    @Override
    public void viewAccepted(View view) {
        Address self = channel.getAddress();
        if (self == null) {
            return; // it has just been closed
        }
        events.installed(
                peer(self),
                new ClusterView(
                        new ViewId(
                                view.getViewId().getId(), peer(view.getViewId().getCreator())),
                        view.getMembers().stream().map(Link::peer).toList()));
    }

    @Override
    public void receive(Message message) {
        Peer from = peer(message.getSrc());
        byte @Nullable [] bytes = message.hasArray() ? message.getArray() : null;
        if (bytes == null) {
            events.unreadable(from, "it has no bytes");
            return;
        }
        try {
            events.heard(from, WireFormat.read(bytes, message.getOffset(), message.getLength()));
        } catch (WireException e) {
            events.unreadable(from, e.getMessage() == null ? "" : e.getMessage());
        }
    }

    @Override
    public void channelClosed(JChannel closed) {
        events.closed();
    }

    @Override
    public void channelDisconnected(JChannel disconnected) {
        events.closed();
    }

    /** Never blocks; what can't be sent is lost, and said again in the next view. */
    void send(Peer to, ClusterMessage message) {
        try {
            channel.send(new BytesMessage(new UUID(to.high(), to.low()), WireFormat.write(message))
                    .setFlag(Message.TransientFlag.DONT_BLOCK));
        } catch (Exception e) {
            LOG.log(System.Logger.Level.DEBUG, "A message to " + to + " was not sent.", e);
        }
    }

    static Peer peer(Address address) {
        if (address instanceof UUID id) {
            return new Peer(id.getMostSignificantBits(), id.getLeastSignificantBits());
        }
        throw new IllegalArgumentException("The address " + address
                + " is of a kind that this library does not know. Use a channel with JGroups' own addresses.");
    }
}
