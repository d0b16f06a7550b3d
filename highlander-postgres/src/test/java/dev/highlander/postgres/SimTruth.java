package dev.highlander.postgres;

import java.util.HashMap;
import java.util.Map;

/** What is really known about the holds of one connection, in true time; no mistake of a node changes it. */
final class SimTruth {
    private final Map<LockId, Long> grants = new HashMap<>();
    private SimServer.Backend backend;
    private long latestCheck = Long.MIN_VALUE / 2;

    void connectedTo(SimServer.Backend session) {
        backend = session;
    }

    SimServer.Backend backend() {
        return backend;
    }

    /** Its node has received what came of a request that it had sent at {@code asked}. */
    void received(Request request, Reply reply, long asked) {
        if (request instanceof Request.Beat && reply instanceof Reply.Checked checked && checked.good()) {
            latestCheck = Math.max(latestCheck, asked);
        } else if (reply instanceof Reply.Got got) {
            for (LockId lock : got.locks()) {
                if (grants.put(lock, asked) != null) {
                    latestCheck = Math.max(latestCheck, asked); // it was ours before
                }
            }
        } else if (request instanceof Request.Unlock unlock) {
            unlock.locks().forEach(grants::remove);
        }
    }

    /** When the try was sent that this connection's hold of {@code lock} came of. */
    long grantedAt(LockId lock) {
        return grants.getOrDefault(lock, Long.MIN_VALUE / 2);
    }

    /** When the latest check was sent that proves all holds of this connection. */
    long latestCheck() {
        return latestCheck;
    }
}
