package dev.highlander.cluster;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** An address as people write it: {@code host:port}, {@code [::1]:port} or {@code host}. */
record HostPort(String host, int port) {
    static final int DEFAULT_PORT = 7800;

    /**
     * Reads one.
     *
     * @param what what it is for, for the error
     * @throws IllegalArgumentException if {@code text} is none
     */
    static HostPort parse(String what, String text) {
        String trimmed = text.strip();
        int colon = trimmed.lastIndexOf(':');
        boolean bare =
                colon < 0 || trimmed.endsWith("]") || (!trimmed.startsWith("[") && trimmed.indexOf(':') != colon);
        String host = bare ? trimmed : trimmed.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = DEFAULT_PORT;
        if (!bare) {
            try {
                port = Integer.parseInt(trimmed.substring(colon + 1));
            } catch (NumberFormatException e) {
                port = -1;
            }
        }
        if (host.isBlank() || port < 1 || port > 65_535) {
            throw new IllegalArgumentException("The " + what + " \"" + text
                    + "\" is no address. Write host:port, such as" + " 10.0.0.5:" + DEFAULT_PORT + ".");
        }
        return new HostPort(host, port);
    }

    /** The address, looked up now. */
    InetSocketAddress resolve(String what) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "The " + what + " \"" + this + "\" has a host name that can't be looked up. Correct it, or give the"
                            + " address in numbers.",
                    e);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
