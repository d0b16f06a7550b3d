package dev.highlander.drills;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A wire to the server that can go silent without closing: nothing passes, not even the end of a stream, until it heals;
 * then what was sent meanwhile arrives after all, as it would from a network that had held it back.
 */
final class SilentProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Gate toServer = new Gate();
    private final Gate fromServer = new Gate();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** To that port of this machine. */
    SilentProxy(int target) {
        this.target = target;
        try {
            listener = new ServerSocket();
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fork("accept", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Silent in one direction or in both, until healed. */
    void silence(boolean towardsServer, boolean fromIt) {
        toServer.shut(towardsServer);
        fromServer.shut(fromIt);
    }

    void heal() {
        silence(false, false);
    }

    private void accept() {
        while (!closed) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                return;
            }
            open.add(client);
            fork("connect", () -> connect(client));
        }
    }

    private void connect(Socket client) {
        toServer.pass();
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            fork("to-server", () -> pump(client, server, toServer));
            fork("from-server", () -> pump(server, client, fromServer));
        } catch (IOException e) {
            close(client);
        }
    }

    /** Passes on the end of the stream and a reset alike. */
    private void pump(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                gate.pass();
                out.write(buffer, 0, n);
            }
            gate.pass();
            to.shutdownOutput();
        } catch (IOException e) {
            gate.pass();
            close(to);
            close(from);
        }
        if (from.isOutputShutdown() && to.isOutputShutdown()) {
            close(to);
            close(from);
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        heal();
        Set.copyOf(open).forEach(this::close);
    }

    private static void fork(String name, Runnable work) {
        Thread thread = new Thread(work, "wire-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Where bytes wait while a direction is silent. */
    private static final class Gate {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition opened = lock.newCondition();
        private boolean shut;

        void shut(boolean now) {
            lock.lock();
            try {
                shut = now;
                opened.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void pass() {
            lock.lock();
            try {
                while (shut) {
                    opened.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
