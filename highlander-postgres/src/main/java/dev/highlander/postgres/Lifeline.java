package dev.highlander.postgres;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A listener by which other nodes know that this process lives: it answers challenges that only a process can answer that
 * knows its {@link RunId}. When the connections to its address are refused, this process is dead.
 *
 * <p>So nothing but the end of the process closes it: it has no method for that. Its socket is handed on to no other
 * process, neither by inheritance (Java closes what a child would inherit, and starts children no other way; native code
 * that forks must do the same) nor by sharing the port. It listens from the return of {@link #open} on.
 *
 * <p>One daemon thread does all of it, without blocking. What comes from the network is limited: 24 bytes at a time, a few
 * seconds to send them, a few hundred connections, and one remark for each peer that sends something else.
 */
public final class Lifeline {
    /** What accepts more is closed at once, which proves nothing to anybody. */
    static final int CONNECTIONS = 256;

    static final int CONNECTIONS_OF_A_PEER = 32;
    /** Peers that were remarked on, and troubles; after so many, no more are. */
    private static final int REMARKED = 64;

    private static final int BACKLOG = 128;
    private static final long LOOK = 1_000;
    /** After an error in accepting, such as too many open files. */
    private static final long PAUSE = 200_000_000L;

    /** A connection, with what is still to be written to it. */
    private static final class Caller {
        private final InetAddress peer;
        private final InetSocketAddress at;
        private final Visitor visitor;
        private final ByteBuffer out = ByteBuffer.allocate(LifelineProof.ANSWER).limit(0);

        Caller(InetAddress peer, InetSocketAddress at, Visitor visitor) {
            this.peer = peer;
            this.at = at;
            this.visitor = visitor;
        }
    }

    private final RunId run;
    private final ListenAddress address;
    private final Consumer<String> remarks;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocate(LifelineProof.CHALLENGE);
    private final Map<InetAddress, Integer> peers = new HashMap<>();
    private final Set<InetAddress> remarked = new HashSet<>();
    private int troubles;

    private Lifeline(
            RunId run, ListenAddress address, Consumer<String> remarks, ServerSocketChannel server, Selector selector) {
        this.run = run;
        this.address = address;
        this.remarks = remarks;
        this.server = server;
        this.selector = selector;
    }

    /**
     * Listens, from now until this process ends.
     *
     * @param run what it answers as
     * @param wanted where; port 0 lets the system choose one
     * @param remarks is told, on the thread that listens, in a sentence, what the operator should know
     * @throws IOException with the remedy, if nobody can listen there
     */
    public static Lifeline open(RunId run, ListenAddress wanted, Consumer<String> remarks) throws IOException {
        if (!wanted.isHere()) {
            throw new IOException("Nobody can listen at " + wanted
                    + ", since this machine has no such address. Give one that it has.");
        }
        byte[] unused =
                LifelineProof.answer(run, wanted.socket(), new byte[LifelineProof.CHALLENGE]); // loads the classes
        Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            // Past what the connections of an earlier process have left; two can't listen at once by it.
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(wanted.socket(), BACKLOG);
            server.configureBlocking(false);
            SelectionKey unusedToo = server.register(selector, SelectionKey.OP_ACCEPT);
            ListenAddress bound = ListenAddress.of((InetSocketAddress) server.getLocalAddress());
            Lifeline lifeline = new Lifeline(run, bound, remarks, server, selector);
            Thread thread = new Thread(lifeline::listen, "highlander-lifeline " + bound);
            thread.setDaemon(true);
            thread.setContextClassLoader(Lifeline.class.getClassLoader());
            thread.start();
            return lifeline;
        } catch (BindException e) {
            server.close();
            selector.close();
            throw inUse(wanted, e);
        } catch (IOException | RuntimeException | Error e) {
            server.close();
            selector.close();
            throw e;
        }
    }

    private static IOException inUse(ListenAddress wanted, BindException e) {
        return new IOException(
                "Nobody can listen at " + wanted + ": " + e.getMessage()
                        + ". Give a port that no other process has; each highlander needs one of its own.",
                e);
    }

    /** Where it listens, with the port that it has. */
    public ListenAddress address() {
        return address;
    }

    /** What it answers as. */
    public RunId run() {
        return run;
    }

    /** Whatever goes wrong, the socket stays open: a refused connection would be taken for a death. */
    private void listen() {
        while (server.isOpen()) {
            try {
                selector.select(LOOK);
                Set<SelectionKey> ready = selector.selectedKeys();
                for (Iterator<SelectionKey> all = ready.iterator(); all.hasNext(); ) {
                    SelectionKey key = all.next();
                    all.remove();
                    if (!key.isValid()) {
                        continue;
                    }
                    if (key.attachment() instanceof Caller caller) {
                        talk(key, caller);
                    } else {
                        accept();
                    }
                }
                closeLate();
            } catch (IOException | RuntimeException | Error e) {
                if (++troubles <= REMARKED) {
                    remark("The lifeline at " + address + " had trouble and goes on: " + e);
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = server.accept();
        if (channel == null) {
            return;
        }
        boolean kept = false;
        try {
            InetAddress peer = ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
            int before = peers.getOrDefault(peer, 0);
            if (selector.keys().size() > CONNECTIONS || before >= CONNECTIONS_OF_A_PEER) {
                remark(peer, "has too many connections; new ones are closed");
                return;
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            Caller caller =
                    new Caller(peer, (InetSocketAddress) channel.getLocalAddress(), new Visitor(System.nanoTime()));
            SelectionKey unused = channel.register(selector, SelectionKey.OP_READ, caller);
            peers.merge(peer, 1, Integer::sum);
            kept = true;
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    private void talk(SelectionKey key, Caller caller) {
        try {
            boolean more = caller.out.hasRemaining() ? write(key, caller) : read(key, caller);
            if (!more) {
                close(key, caller);
            }
        } catch (IOException e) {
            close(key, caller); // a peer that is gone is nothing to tell of
        }
    }

    /** Returns whether the connection stays. No more than a challenge is read before its answer is written. */
    private boolean read(SelectionKey key, Caller caller) throws IOException {
        in.clear().limit(caller.visitor.missing());
        if (((SocketChannel) key.channel()).read(in) < 0) {
            return false;
        }
        in.flip();
        long now = System.nanoTime();
        while (in.hasRemaining()) {
            switch (caller.visitor.next(in.get(), now)) {
                case MORE -> {}
                case FOREIGN -> {
                    remark(caller.peer, "sends what is no challenge, or too many; its connection is closed");
                    return false;
                }
                case ANSWER -> {
                    caller.out
                            .clear()
                            .put(LifelineProof.answer(run, caller.at, caller.visitor.challenge()))
                            .flip();
                    caller.visitor.answering(now);
                    return write(key, caller);
                }
            }
        }
        return true;
    }

    private static boolean write(SelectionKey key, Caller caller) throws IOException {
        int unused = ((SocketChannel) key.channel()).write(caller.out);
        if (caller.out.hasRemaining()) {
            key.interestOps(SelectionKey.OP_WRITE);
        } else {
            caller.visitor.answered(System.nanoTime());
            key.interestOps(SelectionKey.OP_READ);
        }
        return true;
    }

    private void closeLate() {
        long now = System.nanoTime();
        for (SelectionKey key : Set.copyOf(selector.keys())) {
            if (key.isValid() && key.attachment() instanceof Caller caller && now - caller.visitor.deadline() > 0) {
                close(key, caller);
            }
        }
    }

    private void close(SelectionKey key, Caller caller) {
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException e) {
            // It is gone one way or the other.
        }
        peers.computeIfPresent(caller.peer, (peer, count) -> count > 1 ? count - 1 : null);
    }

    private void remark(InetAddress peer, String what) {
        if (remarked.size() < REMARKED && remarked.add(peer)) {
            remark("At the lifeline " + address + ", " + peer.getHostAddress() + " " + what + ".");
        }
    }

    private void remark(String what) {
        try {
            remarks.accept(what);
        } catch (RuntimeException | Error e) {
            // The listener has to go on.
        }
    }

    /** Only for tests, which open more than a process should. */
    void close() throws IOException {
        server.close();
        selector.close();
    }
}
