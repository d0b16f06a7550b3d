package dev.highlander.readme;

import static dev.highlander.supervisor.ChildSpec.task;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.lock.Locks;
import dev.highlander.postgres.PostgresLocks;
import java.time.Duration;

/** The examples of the README, as they stand there: what is between the marks is compared with it, word for word. */
final class ReadmeExamples {
    private final MailRelay mailRelay;

    ReadmeExamples(MailRelay mailRelay) {
        this.mailRelay = mailRelay;
    }

    /** Stands for what the reader has. */
    interface MailRelay {
        void loop() throws Exception;

        Mail receive() throws InterruptedException;

        void send(Mail mail, long token);

        void closeSocket();
    }

    /** Stands for what the reader has. */
    interface Mail {}

    void first(String url) {
        // README
        try (Locks locks = PostgresLocks.connect(url);
                Singleton relay = Highlander.with(locks).start(task("mail-relay", mailRelay::loop))) {
            relay.closed().toCompletableFuture().join();
        }
        // end
    }

    Singleton second(Locks locks) {
        // README
        Highlander highlander = Highlander.with(locks);
        Singleton relay = highlander.start(highlander.task("mail-relay", term -> {
            term.onStop(why -> mailRelay.closeSocket()); // for a thread that is stuck where no interrupt reaches it
            while (!Thread.interrupted()) {
                Mail next = mailRelay.receive();
                term.ensureHeld(Duration.ofMillis(200));
                mailRelay.send(next, term.token());
            }
        }));
        // end
        return relay;
    }
}
