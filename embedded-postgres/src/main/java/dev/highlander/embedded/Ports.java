package dev.highlander.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports of 127.0.0.1 below the range that the operating system hands to clients.
 *
 * <p>A port of that range is no place for a server that restarts: while it is down any outgoing connection may be given
 * the port, and a client that keeps trying to reach it can end up connected to itself, keeping the server out.
 */
final class Ports {
    private static final int LOWEST = 12_000;
    private static final int CLIENTS = 32_768; // the lower end on Linux; 49152 on macOS
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** Ports of servers of this JVM, also of those that are stopped for the moment. */
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    static int take() {
        int end = lowestOfClients();
        for (int tries = 0; tries < 1000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (TAKEN.add(port)) {
                if (isFree(port)) {
                    return port;
                }
                TAKEN.remove(port);
            }
        }
        throw new PostgresServerException("no free port of 127.0.0.1 found between " + LOWEST + " and " + end);
    }

    static void giveBack(int port) {
        TAKEN.remove(port);
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static int lowestOfClients() {
        try {
            int lowest = Integer.parseInt(Files.readString(RANGE).trim().split("\\s+", -1)[0]);
            return lowest > LOWEST + 1000 ? lowest : CLIENTS;
        } catch (IOException | NumberFormatException elsewhere) {
            return CLIENTS;
        }
    }
}
