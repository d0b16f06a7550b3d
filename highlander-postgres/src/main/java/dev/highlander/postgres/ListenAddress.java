package dev.highlander.postgres;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A literal address of this machine and a port, at which a {@link Lifeline} listens and other nodes dial it: the same for
 * both. A name is none, since it may mean another machine tomorrow; nor is an address that stands for several.
 *
 * @param address the literal address
 * @param port the port; 0 lets the system choose one
 */
public record ListenAddress(InetAddress address, int port) {
    private static final Pattern V4 = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3}){3}):([0-9]{1,5})");
    private static final Pattern V6 = Pattern.compile("\\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)]:([0-9]{1,5})");

    /** @throws IllegalArgumentException with the remedy, if nodes could not rely on who answers there */
    public ListenAddress {
        if (address.isAnyLocalAddress()) {
            throw new IllegalArgumentException("Nobody can dial " + address.getHostAddress()
                    + ", which stands for all addresses of a machine. Give the one at which other nodes reach this"
                    + " machine.");
        }
        if (address.isMulticastAddress()) {
            throw new IllegalArgumentException(
                    address.getHostAddress() + " is a multicast address. Give one of this machine alone.");
        }
        if (address.isLinkLocalAddress()) {
            throw new IllegalArgumentException(address.getHostAddress()
                    + " is a link-local address, which means another machine on each link. Give one that is routed.");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("The port " + port + " is not between 0 and 65535.");
        }
        if (address instanceof Inet6Address six && six.getScopeId() != 0) {
            address = withoutScope(six);
        }
    }

    private static InetAddress withoutScope(Inet6Address address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address of sixteen bytes was refused.", e);
        }
    }

    /**
     * Of a socket address.
     *
     * @throws IllegalArgumentException with the remedy, if nodes could not rely on who answers there
     */
    public static ListenAddress of(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("The host " + address.getHostString()
                    + " is unknown. Give a literal address of this machine, such as 10.0.0.5.");
        }
        return new ListenAddress(address.getAddress(), address.getPort());
    }

    /**
     * Reads {@code 10.0.0.5:7000} or {@code [fd00::5]:7000}.
     *
     * @throws IllegalArgumentException with the remedy, if it is no such thing
     */
    public static ListenAddress parse(String text) {
        Matcher four = V4.matcher(text);
        Matcher literal = four.matches() ? four : V6.matcher(text);
        if (literal.matches()) {
            try {
                // Literal, so no name is looked up; brackets have it taken for nothing else.
                InetAddress address =
                        InetAddress.getByName(literal == four ? literal.group(1) : "[" + literal.group(1) + "]");
                return new ListenAddress(address, Integer.parseInt(literal.group(2)));
            } catch (UnknownHostException e) {
                // as below
            }
        }
        throw new IllegalArgumentException("\"" + printable(text)
                + "\" is no literal address with a port. Give an address of this machine, not a name, such as"
                + " 10.0.0.5:7000 or [fd00::5]:7000.");
    }

    private static String printable(String text) {
        String shown = text.replaceAll("\\p{Cntrl}", "?");
        return shown.length() > 80 ? shown.substring(0, 80) + "…" : shown;
    }

    /** Whether only nodes on this machine can dial it. */
    public boolean isLoopback() {
        return address.isLoopbackAddress();
    }

    /** Whether this machine has it at the moment. */
    boolean isHere() throws SocketException {
        return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    }

    InetSocketAddress socket() {
        return new InetSocketAddress(address, port);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress()) + ":"
                + port;
    }
}
