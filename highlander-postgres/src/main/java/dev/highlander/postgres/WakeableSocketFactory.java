package dev.highlander.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sockets of a session, for the driver; public only because the driver makes it by name. Not for other use.
 *
 * <p>The driver can't wait for a notification and be called from elsewhere at the same time, so a release would have to
 * wait for the next notification. A wait on a socket of this factory can be ended from another thread.
 */
public final class WakeableSocketFactory extends SocketFactory {
    private static final Map<String, WakeableSocketFactory> BY_TICKET = new ConcurrentHashMap<>();
    private static final AtomicLong LAST_TICKET = new AtomicLong();

    private final String ticket;
    private volatile @Nullable WakeableSocket last;

    /** For the driver: {@code ticket} is what {@link #ticket()} gave. */
    public WakeableSocketFactory(String ticket) {
        this.ticket = ticket;
        BY_TICKET.computeIfPresent(ticket, (t, before) -> this);
    }

    private WakeableSocketFactory() {
        this.ticket = Long.toString(LAST_TICKET.incrementAndGet());
        BY_TICKET.put(ticket, this);
    }

    /** A new argument for the driver's {@code socketFactoryArg}. */
    static String ticket() {
        return new WakeableSocketFactory().ticket;
    }

    /** The last socket that was made on that ticket, which is not valid any more; null if there was none. */
    static @Nullable WakeableSocket redeem(String ticket) {
        WakeableSocketFactory made = BY_TICKET.remove(ticket);
        return made == null ? null : made.last;
    }

    @Override
    public Socket createSocket() throws IOException {
        WakeableSocket socket = new WakeableSocket();
        last = socket;
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("Only unconnected sockets are made here.");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return createSocket(host, port);
    }
}
