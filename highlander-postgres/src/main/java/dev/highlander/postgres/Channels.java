package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;

/** What the nodes of a namespace share besides their keys. Never changes: old and new versions must meet. */
final class Channels {

    private static final Key.Named NODES = new Key.Named("highlander nodes");

    private Channels() {}

    /** The notification channel: made of a hash, so that no namespace needs quoting or is too long. */
    static String channel(Namespace namespace) {
        return "highlander_" + hash(namespace);
    }

    /** Sixteen hexadecimal digits that stand for the namespace. */
    static String hash(Namespace namespace) {
        return LockId.of(NODES, namespace).wire();
    }

    /** The first number of the lock that every node of a namespace shares. */
    static int nodes(Namespace namespace) {
        return LockId.of(NODES, namespace).classId();
    }

    /**
     * The lock that every node of a namespace shares; its second number is the lease in milliseconds, negative for a node
     * that keeps the ledger, so that each kind sees the other.
     */
    static LockId leaseLock(Namespace namespace, Lease lease, boolean ledger) {
        int millis = (int) lease.length().toMillis();
        return new LockId(nodes(namespace), ledger ? -millis : millis, true);
    }
}
