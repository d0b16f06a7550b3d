package dev.highlander.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose reader can be woken: the read then ends as if its timeout had passed.
 *
 * <p>One thread reads and writes; {@link #wake} and {@link #close} may be called from any. Unlike with a plain socket the
 * timeout holds for writing too, so that a peer that takes nothing can't hold up the writer for ever.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the options have a lock of their own
final class WakeableSocket extends Socket {
    /**
     * The driver's timeout for a look whether anything has come, which it takes after each statement; here it need not wait,
     * and a millisecond for each would be most of what a takeover takes.
     */
    private static final int GLANCE = 1;

    private final SocketChannel channel = SocketChannel.open();
    private final Socket options = channel.socket();
    private final Selector selector = Selector.open();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean mayBeWoken;
    private volatile int timeoutMillis;

    WakeableSocket() throws IOException {}

    /** Ends the present wait, or else the next one, of a reader that {@linkplain #mayBeWoken may be woken}. */
    void wake() {
        woken.set(true);
        try {
            selector.wakeup();
        } catch (ClosedSelectorException e) {
            // Then nobody waits.
        }
    }

    /** Whether a read may be woken; a read in the middle of a statement must not. */
    void mayBeWoken(boolean may) {
        mayBeWoken = may;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        options.connect(endpoint, timeout);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                return count == 0 ? 0 : receive(ByteBuffer.wrap(bytes, from, count));
            }

            @Override
            public void close() throws IOException {
                WakeableSocket.this.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                send(ByteBuffer.wrap(bytes, from, count));
            }

            @Override
            public void close() throws IOException {
                WakeableSocket.this.close();
            }
        };
    }

    private int receive(ByteBuffer into) throws IOException {
        long end = end();
        while (true) {
            int count = read(into);
            if (count != 0) {
                return count;
            }
            if (mayBeWoken && woken.getAndSet(false)) {
                throw new SocketTimeoutException("woken");
            }
            if (timeoutMillis == GLANCE) {
                throw new SocketTimeoutException("nothing there");
            }
            await(SelectionKey.OP_READ, end);
        }
    }

    private void send(ByteBuffer from) throws IOException {
        long end = end();
        while (from.hasRemaining()) {
            if (write(from) == 0) {
                await(SelectionKey.OP_WRITE, end);
            }
        }
    }

    private int read(ByteBuffer into) throws IOException {
        try {
            return channel.read(into);
        } catch (ClosedChannelException e) {
            throw closed(e);
        }
    }

    private int write(ByteBuffer from) throws IOException {
        try {
            return channel.write(from);
        } catch (ClosedChannelException e) {
            throw closed(e);
        }
    }

    private long end() {
        return timeoutMillis == 0 ? Long.MAX_VALUE : System.nanoTime() + timeoutMillis * 1_000_000L;
    }

    private void await(int what, long end) throws IOException {
        long millis = 0;
        if (end != Long.MAX_VALUE) {
            long nanos = end - System.nanoTime();
            if (nanos <= 0) {
                throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
            }
            millis = 1 + nanos / 1_000_000;
        }
        try {
            for (SelectionKey key : selector.keys()) {
                key.interestOps(what);
            }
            selector.select(millis);
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException e) {
            throw closed(e);
        }
        if (!channel.isOpen()) {
            throw closed(null);
        }
    }

    private static SocketException closed(@Nullable Exception cause) {
        SocketException e = new SocketException("Socket closed");
        e.initCause(cause);
        return e;
    }

    /** The selector first: a registered channel is not closed before its selector is. */
    @Override
    public synchronized void close() throws IOException {
        selector.close();
        channel.close();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public boolean isConnected() {
        return options.isConnected();
    }

    @Override
    public boolean isBound() {
        return options.isBound();
    }

    @Override
    public boolean isInputShutdown() {
        return options.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return options.isOutputShutdown();
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void bind(SocketAddress local) throws IOException {
        options.bind(local);
    }

    @Override
    public InetAddress getInetAddress() {
        return options.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return options.getLocalAddress();
    }

    @Override
    public int getPort() {
        return options.getPort();
    }

    @Override
    public int getLocalPort() {
        return options.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return options.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return options.getLocalSocketAddress();
    }

    @Override
    public void setSoTimeout(int millis) {
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        options.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return options.getTcpNoDelay();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        options.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return options.getKeepAlive();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        options.setSoLinger(on, seconds);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return options.getSoLinger();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        options.setSendBufferSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return options.getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        options.setReceiveBufferSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return options.getReceiveBufferSize();
    }
}
