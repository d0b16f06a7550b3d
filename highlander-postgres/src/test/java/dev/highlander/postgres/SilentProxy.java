package dev.highlander.postgres;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a server on this machine that can fall silent: nothing passes any more, and nothing is closed. */
final class SilentProxy implements Closeable {
    private final int server;
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Closeable> open = new CopyOnWriteArrayList<>();
    private volatile boolean silent;

    SilentProxy(int server) throws IOException {
        this.server = server;
        start("accept", this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    void fallSilent() {
        silent = true;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // Closed at the end of the test.
                    }
                },
                "silent-proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = door.accept();
            open.add(near);
            if (silent) {
                continue;
            }
            Socket far = new Socket(InetAddress.getLoopbackAddress(), server);
            open.add(far);
            start("out", () -> pass(near.getInputStream(), far.getOutputStream()));
            start("in", () -> pass(far.getInputStream(), near.getOutputStream()));
        }
    }

    private void pass(InputStream from, OutputStream to) throws IOException {
        byte[] some = new byte[8192];
        for (int count = from.read(some); count >= 0; count = from.read(some)) {
            if (!silent) {
                to.write(some, 0, count);
            }
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Closeable each : open) {
            each.close();
        }
    }
}
