package dev.highlander.testkit;

import dev.highlander.lock.LocalLocks;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class LocalLocksContractTest extends LocksContract {
    @TempDir
    Path parent;

    @Override
    protected Locks open(String node, Namespace namespace) {
        return LocalLocks.builder()
                .directory(parent.resolve("locks"))
                .namespace(namespace)
                .node(Node.named(node))
                .open();
    }

    @Override
    protected int turns() {
        return 200;
    }

    /** The directory goes away, as a network drive would. */
    @Override
    protected Optional<Outage> outage() {
        return Optional.of(new Outage() {
            @Override
            public void begin() throws IOException {
                Files.move(parent.resolve("locks"), parent.resolve("away"));
            }

            @Override
            public void end() throws IOException {
                Files.move(parent.resolve("away"), parent.resolve("locks"));
            }
        });
    }
}
