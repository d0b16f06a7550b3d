package dev.highlander.cli;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Node;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how this node takes part. */
final class NodeOptions {
    @Option(
            names = "--node",
            paramLabel = "NAME",
            order = 20,
            converter = Converters.OfNode.class,
            description = "How this node is called. Default: host:pid.")
    private @Nullable Node node;

    @Option(
            names = "--lease",
            paramLabel = "TIME",
            order = 21,
            converter = Converters.OfLease.class,
            description =
                    "How long a confirmed check of the key is trusted; the same on all nodes without a ledger. After a crash another"
                            + " node starts within about 2.5 of it. Default: 10s.")
    private @Nullable Lease lease;

    @Option(
            names = "--ledger",
            paramLabel = "SCHEMA",
            arity = "0..1",
            fallbackValue = "true",
            order = 22,
            converter = LedgerOption.Converter.class,
            description =
                    "Keep the ledger of the namespace, a table in the database; in this schema, or where it is found. All"
                            + " nodes keep it, or none. Default: false.")
    private LedgerOption ledger = LedgerOption.NONE;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            order = 23,
            converter = Converters.OfLimit.class,
            description =
                    "How long to try to reach the lock service at first, before giving up; 0 for ever. Once it was"
                            + " reached, no outage ends this. Default: 30s.")
    private Duration connectTimeout = Duration.ofSeconds(30);

    Node node() {
        return node == null ? Node.here() : node;
    }

    Lease lease() {
        return lease == null ? Lease.DEFAULT : lease;
    }

    LedgerOption ledger() {
        return ledger;
    }

    boolean hasLease() {
        return lease != null;
    }

    FirstConnection firstConnection() {
        return new FirstConnection(connectTimeout);
    }
}
