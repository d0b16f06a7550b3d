package dev.highlander.guide;

import static dev.highlander.supervisor.ChildSpec.service;
import static dev.highlander.supervisor.ChildSpec.task;
import static dev.highlander.supervisor.ChildSpec.tree;
import static dev.highlander.supervisor.Supervisor.oneForAll;
import static dev.highlander.supervisor.Supervisor.oneForOne;
import static dev.highlander.supervisor.Supervisor.restForOne;

import dev.highlander.Highlander;
import dev.highlander.supervisor.AutomaticShutdown;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.Supervisor;
import dev.highlander.supervisor.SupervisorSpec;
import java.time.Duration;

/** The examples of docs/supervision.md, as they stand there: what is between the marks is compared, word for word. */
final class SupervisionExamples {
    private final MailRelay mailRelay;
    private final ChildSpec fetch;
    private final ChildSpec store;

    SupervisionExamples(MailRelay mailRelay, ChildSpec fetch, ChildSpec store) {
        this.mailRelay = mailRelay;
        this.fetch = fetch;
        this.store = store;
    }

    /** Stands for what the reader has. */
    interface MailRelay {
        void loop() throws Exception;

        default void relayOne() throws Exception {}
    }

    /** Stands for what the reader has. */
    static final class Web implements AutoCloseable {
        static Web start() {
            return new Web();
        }

        @Override
        public void close() {}
    }

    void first(Highlander highlander) throws Exception {
        // guide
        try (Supervisor app = oneForOne(
                        service("web", Web::start), // on every node
                        highlander.wrap(task("mail-relay", mailRelay::loop)), // on one
                        highlander.wrap(tree("imports", restForOne(fetch, store)))) // both on one, the same
                .start()) {
            app.ended().toCompletableFuture().join();
        }
        // end
    }

    SupervisorSpec second() {
        // guide
        SupervisorSpec imports = oneForAll(
                        fetch.restart(Restart.ON_FAILURE).significant(),
                        store.shutdown(Shutdown.grace(Duration.ofSeconds(30))))
                .maxRestarts(10, Duration.ofMinutes(1))
                .automaticShutdown(AutomaticShutdown.ANY)
                .name("imports");
        // end
        return imports;
    }

    ChildSpec third(Highlander highlander) {
        // guide
        Highlander mayBeRestarted =
                highlander.restartInPlace(5, Duration.ofMinutes(1)).standAside(Duration.ofMinutes(10));
        ChildSpec relay = mayBeRestarted.wrap(highlander
                .task("mail-relay", term -> {
                    while (!Thread.interrupted()) {
                        mailRelay.relayOne();
                        term.progress();
                    }
                })
                .expectProgress(Duration.ofSeconds(30)));
        // end
        return relay;
    }
}
