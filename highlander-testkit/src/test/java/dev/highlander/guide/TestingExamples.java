package dev.highlander.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.Highlander;
import dev.highlander.NotHeldException;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.lock.Key;
import dev.highlander.lock.LocalLocks;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.testkit.HighlanderExtension;
import dev.highlander.testkit.HighlanderTest;
import dev.highlander.testkit.LocksContract;
import dev.highlander.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the guide's page on testing: what is between the marks is compared with it, word for word. */
final class TestingExamples {
    private TestingExamples() {}

    /** Stands for what the reader has. */
    static final class MailRelay {
        final BlockingQueue<String> inbox = new LinkedBlockingQueue<>();
        final BlockingQueue<String> sent = new LinkedBlockingQueue<>();

        void loop(Term term) throws InterruptedException {
            while (true) {
                String mail = inbox.take();
                term.ensureHeld();
                sent.add(mail + " by term " + term.token());
            }
        }
    }

    // guide
    @HighlanderTest
    static class MailRelayTest {
        private final MailRelay mailRelay = new MailRelay();

        @Test
        void sends_what_comes_in(Highlander highlander) throws Exception {
            Singleton relay = highlander.start(highlander.task("mail-relay", mailRelay::loop));
            assertThat(relay.awaitRunning(Duration.ofSeconds(5))).isTrue();

            mailRelay.inbox.add("hello");

            assertThat(mailRelay.sent.poll(5, TimeUnit.SECONDS)).isEqualTo("hello by term 1");
        }
    }
    // end

    @HighlanderTest
    static class LosingTest {
        private final MailRelay mailRelay = new MailRelay();
        // guide
        private static final Key KEY = Key.of("mail-relay");

        @Test
        void goes_on_in_a_new_term_when_the_connection_breaks(Highlander highlander, FakeLocks locks, ManualTime time)
                throws Exception {
            Singleton relay = highlander.start(highlander.task("mail-relay", mailRelay::loop));
            assertThat(relay.awaitRunning(Duration.ofSeconds(5))).isTrue();

            locks.lose(KEY, Loss.DISCONNECTED); // the child is interrupted, and the key granted again
            time.runUntil(() -> relay.term().filter(term -> term.token() == 2).isPresent());
            mailRelay.inbox.add("hello");

            assertThat(mailRelay.sent.poll(5, TimeUnit.SECONDS)).isEqualTo("hello by term 2");
        }

        @Test
        void stands_by_while_another_node_has_the_key(Highlander highlander, FakeLocks locks) throws Exception {
            locks.giveToOther(KEY, "node-b");
            Singleton relay = highlander.start(highlander.task("mail-relay", mailRelay::loop));
            assertThat(relay.state()).isEqualTo(State.STANDBY);

            locks.freeFromOther(KEY);

            assertThat(relay.awaitRunning(Duration.ofSeconds(5))).isTrue();
        }
        // end
    }

    @HighlanderTest
    static class TurningTheClockTest {
        private final MailRelay mailRelay = new MailRelay();
        // guide
        @Test
        void does_nothing_more_once_it_is_cut_off(Highlander highlander, FakeLocks locks, ManualTime time)
                throws Exception {
            Singleton relay = highlander.start(highlander.task("mail-relay", mailRelay::loop));
            assertThat(relay.awaitRunning(Duration.ofSeconds(5))).isTrue();
            Term term = relay.term().orElseThrow();

            locks.cutOff();
            time.advance(Duration.ofSeconds(10)); // the lease, unless another one is set

            assertThatThrownBy(term::ensureHeld).isInstanceOf(NotHeldException.class);
            time.runUntil(() -> relay.state() == State.STANDBY);
        }
        // end
    }

    static class WithSettingsTest {
        private final MailRelay mailRelay = new MailRelay();
        // guide
        @RegisterExtension
        static final HighlanderExtension HIGHLANDER = HighlanderExtension.builder()
                .lease(Duration.ofSeconds(30))
                .grantedByHand()
                .patience(Duration.ofSeconds(10))
                .build();

        @Test
        void starts_when_it_is_granted(Highlander highlander, FakeLocks locks, ManualTime time) throws Exception {
            Singleton relay = highlander.start(highlander.task("mail-relay", mailRelay::loop));
            time.runUntil(() -> locks.waiting(Key.of("mail-relay")) == 1);

            locks.grant(Key.of("mail-relay"));

            assertThat(relay.awaitRunning(Duration.ofSeconds(5))).isTrue();
        }
        // end
    }

    // guide
    static class DirectoryLocksTest extends LocksContract {
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
    // end
}
