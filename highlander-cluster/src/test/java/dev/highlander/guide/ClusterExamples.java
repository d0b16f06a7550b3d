package dev.highlander.guide;

import static dev.highlander.supervisor.ChildSpec.task;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.cluster.ClusterLocks;
import dev.highlander.cluster.Contender;
import dev.highlander.lock.Key;
import java.time.Duration;

/** The examples of docs/cluster.md, as they stand there: what is between the marks is compared, word for word. */
final class ClusterExamples {
    /** Stands for what the reader has. */
    interface MailRelay {
        void loop() throws Exception;
    }

    /** Stands for what the reader has. */
    interface Audit {
        void write(Key key, Contender winner, Contender loser, Duration length);
    }

    private ClusterExamples() {}

    static void first(MailRelay mailRelay, String secret) {
        // guide
        try (ClusterLocks locks = ClusterLocks.builder()
                        .bind("10.0.0.5:7800")
                        .peers("10.0.0.5:7800", "10.0.0.6:7800", "10.0.0.7:7800")
                        .secret(secret)
                        .quorum(2)
                        .join("orders");
                Singleton relay = Highlander.with(locks).start(task("mail-relay", mailRelay::loop))) {
            relay.closed().toCompletableFuture().join();
        }
        // end
    }

    static void second(ClusterLocks locks, Audit audit) {
        // guide
        locks.listenToOverlaps(
                overlap -> audit.write(overlap.key(), overlap.winner(), overlap.loser(), overlap.length()));
        // end
    }
}
