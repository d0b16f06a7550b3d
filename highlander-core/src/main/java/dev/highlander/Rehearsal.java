package dev.highlander;

import dev.highlander.SingletonMachine.Event;
import dev.highlander.SingletonMachine.Next;
import dev.highlander.SingletonMachine.Policy;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What happens when a key is lost, once through, with nothing behind it.
 *
 * <p>The first time that code is run, a JVM loads and links its classes, which can take longer than a child's next step.
 * Without this the first time would be the very moment at which a process that was frozen resumes, its lease long over.
 */
final class Rehearsal implements Hold, Child {
    private static final AtomicBoolean DONE = new AtomicBoolean();

    private final Time time;
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private boolean asked;

    Rehearsal(Time time) {
        this.time = time;
    }

    /** On a thread of its own, in the first call of this JVM; not by clocks that a test turns. */
    static void once(Time time) {
        if (time == Time.system() && !DONE.getAndSet(true)) {
            var unused = time.fork("highlander-rehearsal", () -> new Rehearsal(time).run());
        }
    }

    /** Gives whether the child was asked to end. */
    boolean run() {
        Policy policy = new Policy(1, 1, 1, false, (exit, ranFor, now) -> new Next.Later(0));
        for (Event last : new Event[] {new Event.Lost(Loss.DISCONNECTED), new Event.Tick()}) {
            SingletonMachine machine = new SingletonMachine(policy);
            for (Event event : new Event[] {
                new Event.Tick(),
                new Event.Granted(),
                new Event.Startable(),
                new Event.Started(),
                last,
                new Event.Ended(Exit.stopped())
            }) {
                var unused = machine.on(event, event == last ? 100 : 0, 100);
                long unusedToo = machine.wakeAt(100);
            }
        }
        HeldTerm term = new HeldTerm(this, "rehearsal", time);
        ChildRunner child =
                new ChildRunner(ChildSpec.of("rehearsal", () -> this), term, time, new NoAgenda(), (from, event) -> {});
        child.startNow();
        term.end();
        child.stop(StopReason.LOST, 0);
        child.kill(StopReason.LOST);
        return asked && !term.isHeld();
    }

    @Override
    public void stop(StopReason why, long killBy) {
        asked = true;
    }

    @Override
    public void kill(StopReason why) {}

    @Override
    public boolean isPrompt() {
        return true;
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended;
    }

    @Override
    public Key key() {
        return Key.number(0);
    }

    @Override
    public long token() {
        return 0;
    }

    @Override
    public long startNotBefore() {
        return 0;
    }

    @Override
    public long deadBy() {
        return Long.MAX_VALUE;
    }

    @Override
    public void release() {}

    /** Does nothing of what it is given. */
    private static final class NoAgenda implements Agenda {
        @Override
        public void execute(Runnable work) {}

        @Override
        public Timer at(long nanos, Runnable work) {
            return () -> {};
        }

        @Override
        public boolean isCurrent() {
            return false;
        }

        @Override
        public void close() {}
    }
}
