package dev.highlander;

import static dev.highlander.supervisor.Supervisor.oneForOne;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.ScriptedLocks.ScriptedHold;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Supervisor;
import dev.highlander.supervisor.SupervisorSpec;
import dev.highlander.time.Time;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What is closed when the JVM is told to end, and in which order. */
class ShutdownOfTheJvmTest {
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch never = new CountDownLatch(1);

    /** What is run in a JVM of its own. */
    static final class Application {
        private Application() {}

        public static void main(String[] args) throws InterruptedException {
            teller("first").start();
            teller("second").withoutShutdownHook().start();
            teller("third").start().close();
            teller("fourth").start();
            System.exit(0);
        }

        private static SupervisorSpec teller(String id) {
            return oneForOne(
                    ChildSpec.service(id + " a", () -> () -> System.out.println("-" + id + " a")),
                    ChildSpec.service(id + " b", () -> () -> System.out.println("-" + id + " b")));
        }
    }

    @Test
    void C7_supervisorsAreClosedInReverseUnlessTheyAreNotToBe() throws Exception {
        String classes = Path.of(Supervisor.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        String tests = Path.of(getClass()
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process jvm = new ProcessBuilder(
                        java,
                        "-cp",
                        classes + System.getProperty("path.separator") + tests,
                        Application.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jvm.waitFor(60, SECONDS)).isTrue();
        assertThat(said.lines())
                .containsExactly("-third b", "-third a", "-fourth b", "-fourth a", "-first b", "-first a");
    }

    @RepeatedTest(50) // whoever is told of an end first differs from run to run
    void C7_singletonsInASupervisorAreClosedWithItAndTheirLocksAfterThat() throws Exception {
        ScriptedLocks locks = new ScriptedLocks(Time.system());
        Highlander highlander = Highlander.with(locks);
        CountDownLatch runs = new CountDownLatch(1);
        try (Supervisor app = oneForOne(highlander.wrap(ChildSpec.task("relay", () -> {
                    runs.countDown();
                    never.await();
                })))
                .start()) {
            ScriptedHold hold = locks.grantTo(locks.nextClaim());
            locks.whenClosed = () -> told.add("closed when released: " + hold.isReleased());
            assertThat(runs.await(20, SECONDS)).isTrue();

            OpenSingletons.closeAll(); // as the hook does

            assertThat(told).containsExactly("closed when released: true");
            assertThat(app.ended().toCompletableFuture().get(20, SECONDS)).isNotNull();
        }
    }

    @Test
    void C7_locksOfWhatSomebodyElseClosesStayOpen() throws Exception {
        ScriptedLocks locks = new ScriptedLocks(Time.system());
        locks.whenClosed = () -> told.add("closed");
        Highlander highlander = Highlander.with(locks);
        try (Supervisor app = oneForOne(highlander.wrap(ChildSpec.task("relay", never::await)))
                .withoutShutdownHook()
                .start()) {
            OpenSingletons.closeAll();
            assertThat(told).isEmpty();
            assertThat(app.countChildren().active()).isEqualTo(1);
        }
    }
}
