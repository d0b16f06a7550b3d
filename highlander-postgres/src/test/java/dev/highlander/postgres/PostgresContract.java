package dev.highlander.postgres;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.testkit.LocksContract;
import java.time.Duration;
import java.util.Optional;

/** The contract of lock services, on a real server. */
abstract class PostgresContract extends LocksContract {
    private final int major;

    PostgresContract(int major) {
        this.major = major;
    }

    @Override
    protected Optional<Outage> outage() {
        PostgresServer server = PostgresServer.shared(major);
        return Optional.of(new Outage() {
            @Override
            public void begin() {
                server.stop(Shutdown.FAST);
            }

            @Override
            public void end() {
                server.startAgain();
            }
        });
    }

    @Override
    protected Locks open(String node, Namespace namespace) {
        return with(PostgresLocks.builder()
                        .url(PostgresServer.shared(major).url())
                        .namespace(namespace)
                        .node(Node.named(node))
                        .lease(Lease.of(Duration.ofSeconds(1))))
                .connect();
    }

    /** The same with whatever else it is to have. */
    PostgresLocks.Builder with(PostgresLocks.Builder builder) {
        return builder;
    }
}
