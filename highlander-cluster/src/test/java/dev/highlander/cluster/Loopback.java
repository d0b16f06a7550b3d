package dev.highlander.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.protocols.SHARED_LOOPBACK_PING;
import org.jgroups.stack.Protocol;

/** A network inside this JVM that can be cut. */
final class Loopback {
    /** As fast as a busy machine allows. */
    static final Timings FAST = new Timings(
            Duration.ofMillis(2000),
            Duration.ofMillis(400),
            Duration.ofMillis(300),
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            Duration.ofMillis(1000));

    private final Map<String, DISCARD> filters = new ConcurrentHashMap<>();

    Supplier<List<Protocol>> transport(String node) {
        return () -> {
            DISCARD filter = new DISCARD();
            filters.put(node, filter);
            return List.of(new SHARED_LOOPBACK(), filter, new SHARED_LOOPBACK_PING());
        };
    }

    /** From now on nobody of the one side hears anybody of the other. */
    void split(List<String> here, List<String> there) {
        for (String one : here) {
            for (String other : there) {
                ignore(one, other);
                ignore(other, one);
            }
        }
    }

    private void ignore(String listener, String speaker) {
        DISCARD filter = filters.get(listener);
        DISCARD other = filters.get(speaker);
        filter.addIgnoreMember(other.getAddress());
    }

    void heal() {
        filters.values().forEach(DISCARD::resetIgnoredMembers);
    }
}
