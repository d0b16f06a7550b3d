package dev.highlander;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.ScriptedLocks.ScriptedHold;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Loss;
import dev.highlander.lock.StuckChildException;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Command;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.StopReason;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a runner adds to its machine: threads, races, and what fails. */
class SingletonRunnerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ScriptedLocks locks = new ScriptedLocks(Time.system());

    @Test
    void aHoldGrantedWhileTheLastSingletonClosesIsReleased() throws Exception {
        Singleton singleton = start(sleeper());
        Claimant claimant = locks.nextClaim();
        ScriptedHold hold = new ScriptedHold(Long.MAX_VALUE);
        locks.whenWithdrawn = () -> claimant.granted(hold);
        singleton.close();
        assertThat(hold.awaitReleased()).isTrue();
    }

    @Test
    void aHoldGrantedBehindTheCloseOfTheLastSingletonIsReleased() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        locks.whenClaimed = () -> awaitWithoutInterrupt(busy);
        Child child = Highlander.with(locks).wrap(sleeper()).start().start();
        Claimant claimant = locks.nextClaim();
        child.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
        ScriptedHold hold = new ScriptedHold(Long.MAX_VALUE);
        claimant.granted(hold);
        busy.countDown();
        assertThat(hold.awaitReleased()).isTrue();
    }

    @Test
    void aHoldGrantedAfterTheLastSingletonHasClosedIsReleased() throws Exception {
        CountDownLatch over = new CountDownLatch(2);
        ScriptedLocks watched = new ScriptedLocks(new TellsOfClosedAgendas(over));
        Singleton singleton = Highlander.with(watched).start(sleeper());
        Claimant claimant = watched.nextClaim();
        singleton.close();
        assertThat(over.await(20, SECONDS)).isTrue();
        ScriptedHold hold = new ScriptedHold(Long.MAX_VALUE);
        claimant.granted(hold);
        assertThat(hold.awaitReleased()).isTrue();
    }

    @Test
    void aLockServiceIsToldWhyATermEndedThatWasStopped() throws Exception {
        Singleton singleton = start(sleeper());
        Claimant claimant = locks.nextClaim();
        ScriptedHold first = locks.grantTo(claimant);
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        singleton.stepDown(Duration.ZERO);
        assertThat(first.awaitReleased()).isTrue();
        assertThat(first.ending).isEqualTo("stepped down");

        ScriptedHold second = locks.grantTo(claimant); // which has kept its place
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        singleton.close();
        assertThat(second.awaitReleased()).isTrue();
        assertThat(second.ending).isEqualTo("closed");
    }

    @Test
    void aLockServiceIsToldHowATermEndedThatEndedByItself() throws Exception {
        Singleton singleton = start(ChildSpec.task("fails", () -> {
                    throw new IOException("broken");
                })
                .restart(Restart.NEVER));
        ScriptedHold hold = locks.grantTo(locks.nextClaim());
        assertThat(hold.awaitReleased()).isTrue();
        assertThat(hold.ending).isEqualTo("failed");
        singleton.close();
    }

    @Test
    void aSecondHoldIsGivenBackAndTheFirstIsKept() throws Exception {
        try (Singleton singleton = start(sleeper())) {
            Claimant claimant = locks.nextClaim();
            ScriptedHold first = locks.grantTo(claimant);
            assertThat(singleton.awaitRunning(LONG)).isTrue();
            ScriptedHold second = locks.grantTo(claimant);
            assertThat(second.awaitReleased()).isTrue();
            assertThat(first.isReleased()).isFalse();
            assertThat(singleton.state()).isEqualTo(State.RUNNING);
        }
    }

    @Test
    void aLockServiceThatFailsDoesNotKeepTheRestFromBeingDone() throws Exception {
        Singleton singleton = start(sleeper());
        ScriptedHold hold = locks.grantTo(locks.nextClaim());
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        locks.whenWithdrawn = () -> {
            throw new IllegalStateException("a bug of the lock service");
        };
        singleton.close();
        assertThat(hold.awaitReleased()).isTrue();
        assertThat(singleton.closed().toCompletableFuture().get(20, SECONDS)).isEqualTo(Exit.stopped());
    }

    @Test
    void aChildForWhichThereIsNoThreadIsNotStarted() throws Exception {
        ScriptedLocks poor = new ScriptedLocks(new NoThreads());
        Singleton singleton = Highlander.with(poor).start(sleeper().restart(Restart.NEVER));
        ScriptedHold hold = poor.grantTo(poor.nextClaim());
        Exit exit = singleton.closed().toCompletableFuture().get(20, SECONDS);
        assertThat(exit.kind()).isEqualTo(Exit.Kind.NOT_STARTED);
        assertThat(exit.cause()).get().isInstanceOf(OutOfMemoryError.class);
        assertThat(hold.awaitReleased()).isTrue();
    }

    @Test
    void aTaskIsInterruptedEvenWhenThereIsNoThreadLeftToAskItOn() throws Exception {
        CountDownLatch exhausted = new CountDownLatch(1);
        ScriptedLocks poor = new ScriptedLocks(new ThreadsUntil(exhausted));
        Singleton singleton = Highlander.with(poor).start(sleeper());
        ScriptedHold hold = poor.grantTo(poor.nextClaim());
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        exhausted.countDown();
        singleton.close();
        assertThat(hold.awaitReleased()).isTrue();
    }

    @Test
    void B5_aCommandThatIsNotThereIsReportedAndItsKeyReleased() throws Exception {
        CompletableFuture<String> last = new CompletableFuture<>();
        Singleton singleton =
                start(ChildSpec.command("child", "/no/such/program").restart(Restart.NEVER));
        singleton.listen(transition -> {
            if (transition.to() == State.CLOSED) {
                last.complete(transition.toString());
            }
        });
        ScriptedHold hold = locks.grantTo(locks.nextClaim());
        Exit exit = singleton.closed().toCompletableFuture().get(20, SECONDS);
        assertThat(exit.kind()).isEqualTo(Exit.Kind.NOT_STARTED);
        assertThat(exit.cause()).get().isInstanceOf(IOException.class);
        assertThat(hold.awaitReleased()).isTrue();
        assertThat(last.get(20, SECONDS))
                .startsWith("singleton child on node: STARTING -> CLOSED, START_FAILED, term 7, child child: ")
                .contains("/no/such/program");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aCommandIsToldItsTerm(@TempDir Path directory) throws Exception {
        Singleton singleton = start(ChildSpec.command(
                        "child",
                        Command.of("sh", "-c", "echo $HIGHLANDER_KEY,$HIGHLANDER_TOKEN,$HIGHLANDER_NODE > term")
                                .directory(directory)
                                .silent())
                .restart(Restart.NEVER));
        locks.grantTo(locks.nextClaim());
        assertThat(singleton.closed().toCompletableFuture().get(20, SECONDS).status())
                .hasValue(0);
        assertThat(directory.resolve("term")).hasContent("key,7,node");
    }

    @Test
    void aChildThatEndsWithoutAnExitHasFailed() throws Exception {
        CompletableFuture<Exit> ended = new CompletableFuture<>();
        Singleton singleton =
                start(ChildSpec.of("child", () -> new Foreign(ended)).restart(Restart.NEVER));
        ScriptedHold hold = locks.grantTo(locks.nextClaim());
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        ended.complete(null);
        assertThat(singleton.closed().toCompletableFuture().get(20, SECONDS).kind())
                .isEqualTo(Exit.Kind.FAILED);
        assertThat(hold.awaitReleased()).isTrue();
    }

    @Test
    void aChildThatIgnoresItsKillWhileItsKeyIsLostTakesTheJvmDown() throws Exception {
        CountDownLatch prepared = new CountDownLatch(1);
        CountDownLatch halted = new CountDownLatch(1);
        CompletableFuture<Exit> ended = new CompletableFuture<>();
        Singleton singleton = Highlander.with(locks)
                .halt(new JvmHalt() {
                    @Override
                    public void prepare(String why) {
                        prepared.countDown();
                    }

                    @Override
                    public void now() {
                        halted.countDown();
                    }
                })
                .start(ChildSpec.of("child", () -> new Foreign(ended)));
        Claimant claimant = locks.nextClaim();
        ScriptedHold hold = locks.grantTo(claimant);
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        hold.deadBy = Time.system().nanos();
        claimant.lost(hold, Loss.DISCONNECTED);
        assertThat(prepared.await(20, SECONDS)).isTrue();
        assertThat(halted.await(20, SECONDS)).isTrue();
        assertThat(singleton.state()).isEqualTo(State.STUCK);
        assertThat(hold.isReleased()).isFalse();
        CountDownLatch standby = new CountDownLatch(1);
        singleton.listen(transition -> {
            if (transition.to() == State.STANDBY) { // it may hear of what came before
                standby.countDown();
            }
        });
        ended.complete(Exit.stopped());
        assertThat(standby.await(20, SECONDS)).isTrue();
        assertThat(hold.isReleased()).isTrue();
        singleton.close();
    }

    @Test
    void closingOneWhoseChildIgnoresItsKillSaysSo() throws Exception {
        CompletableFuture<Exit> ended = new CompletableFuture<>();
        Singleton singleton =
                start(ChildSpec.of("child", () -> new Foreign(ended)).shutdown(Shutdown.kill()));
        ScriptedHold hold = locks.grantTo(locks.nextClaim());
        assertThat(singleton.awaitRunning(LONG)).isTrue();
        assertThatThrownBy(singleton::close)
                .isInstanceOf(StuckChildException.class)
                .hasMessageContaining("child has ignored its kill")
                .hasMessageContaining("onStop");
        assertThat(hold.isReleased()).isFalse();
        ended.complete(Exit.stopped());
        assertThat(hold.awaitReleased()).isTrue();
        singleton.closed().toCompletableFuture().get(20, SECONDS);
        singleton.close();
    }

    private Singleton start(ChildSpec child) {
        return Highlander.with(locks).whenStuck(WhenStuck.REPORT).start(child);
    }

    private static ChildSpec sleeper() {
        return ChildSpec.task("child", () -> new CountDownLatch(1).await());
    }

    /** Ends when the test says so. */
    private record Foreign(CompletableFuture<Exit> end) implements Child {
        @Override
        public CompletionStage<Exit> ended() {
            return end;
        }

        @Override
        public void stop(StopReason why, long killBy) {}

        @Override
        public void kill(StopReason why) {}
    }

    private static void awaitWithoutInterrupt(CountDownLatch latch) {
        try {
            boolean ignored = latch.await(20, SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A machine that has no threads left for children. */
    private record NoThreads() implements RealTime {
        @Override
        public Fork fork(String name, Runnable work) {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }

    /** A machine that has no threads left as soon as a test says so. */
    private record ThreadsUntil(CountDownLatch exhausted) implements RealTime {
        @Override
        public Fork fork(String name, Runnable work) {
            if (exhausted.getCount() == 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return Time.system().fork(name, work);
        }
    }

    /** Counts the agendas that are closed. */
    private record TellsOfClosedAgendas(CountDownLatch closed) implements RealTime {
        @Override
        public Agenda agenda(String name) {
            Agenda real = Time.system().agenda(name);
            return new Agenda() {
                @Override
                public void execute(Runnable work) {
                    real.execute(work);
                }

                @Override
                public Timer at(long nanos, Runnable work) {
                    return real.at(nanos, work);
                }

                @Override
                public boolean isCurrent() {
                    return real.isCurrent();
                }

                @Override
                public void close() {
                    real.close();
                    closed.countDown();
                }
            };
        }
    }

    /** The system's, but for what a test replaces. */
    private interface RealTime extends Time {
        @Override
        default long nanos() {
            return Time.system().nanos();
        }

        @Override
        default long leap() {
            return Time.system().leap();
        }

        @Override
        default Instant instant() {
            return Time.system().instant();
        }

        @Override
        default Agenda agenda(String name) {
            return Time.system().agenda(name);
        }

        @Override
        default Fork fork(String name, Runnable work) {
            return Time.system().fork(name, work);
        }
    }
}
