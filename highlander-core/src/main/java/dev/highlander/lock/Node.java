package dev.highlander.lock;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/**
 * One process that contends.
 *
 * @param name for people: at most {@value #MAX_BYTES} bytes of UTF-8, without control characters
 * @param run a random id of this run of it, since names come again
 */
public record Node(String name, UUID run) {
    /** The most bytes that a node's name may have; Postgres cuts an application name beyond that. */
    public static final int MAX_BYTES = 63;

    public Node {
        Text.check("node name", name, MAX_BYTES);
    }

    /** This process, under a name of its own. */
    public static Node named(String name) {
        return new Node(name, UUID.randomUUID());
    }

    /** This process, named {@code host:pid}. */
    public static Node here() {
        return named(
                Text.cut(host(), MAX_BYTES - 12) + ":" + ProcessHandle.current().pid());
    }

    private static String host() {
        String set = System.getenv("HOSTNAME");
        if (set != null && !set.isBlank() && set.chars().noneMatch(Character::isISOControl)) {
            return set;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
