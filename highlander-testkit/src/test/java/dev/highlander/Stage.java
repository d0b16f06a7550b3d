package dev.highlander;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Start;
import dev.highlander.supervisor.StopReason;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A singleton on fake locks, under a clock that is turned by hand. */
final class Stage {
    static final Key KEY = Key.of("child");
    static final Duration LEASE = Duration.ofSeconds(10);

    final ManualTime time;
    final FakeLocks locks;
    final List<Transition> heard = new CopyOnWriteArrayList<>();
    final Halts halts;
    Highlander highlander;

    private Stage(ManualTime time, FakeLocks locks) {
        this.time = time;
        this.locks = locks;
        this.halts = new Halts(time);
        this.highlander = Highlander.with(locks)
                .withoutShutdownHook()
                .halt(halts)
                .backoff(new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(60)));
    }

    /** For children that never block: everything happens on the test's thread. */
    static Stage simple() {
        ManualTime time = ManualTime.create();
        return new Stage(time, FakeLocks.withoutLease(time));
    }

    static Stage simpleWithLease() {
        ManualTime time = ManualTime.create();
        return new Stage(time, FakeLocks.withLease(time, new Lease(LEASE)));
    }

    /** For children that block, with a lease. */
    static Stage threaded() {
        ManualTime time = ManualTime.withThreads();
        return new Stage(time, FakeLocks.withLease(time, new Lease(LEASE)));
    }

    /** Contending. */
    Singleton start(ChildSpec child) {
        Singleton singleton = highlander.start(KEY, child);
        singleton.listen(heard::add);
        time.runUntilIdle();
        return singleton;
    }

    /** Granted and running. */
    Singleton run(ChildSpec child) {
        Singleton singleton = start(child);
        grantAndRun(singleton);
        return singleton;
    }

    FakeLocks.FakeHold grantAndRun(Singleton singleton) {
        FakeLocks.FakeHold hold = locks.grant(KEY);
        until(singleton, State.RUNNING);
        return hold;
    }

    FakeLocks.FakeHold hold() {
        return locks.holds().get(locks.holds().size() - 1);
    }

    void until(Singleton singleton, State state) {
        time.runUntil(() -> singleton.state() == state);
        time.runUntilIdle();
    }

    /** Closes on a thread of its own while the clock's work is done; throws what close threw. */
    void close(Singleton singleton) throws Exception {
        CompletableFuture<Void> closing = closing(singleton);
        time.runUntil(closing::isDone);
        try {
            closing.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            throw e;
        }
    }

    CompletableFuture<Void> closing(Singleton singleton) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread closer = new Thread(
                () -> {
                    try {
                        singleton.close();
                        done.complete(null);
                    } catch (Throwable t) {
                        done.completeExceptionally(t);
                    }
                },
                "closer");
        closer.setDaemon(true);
        closer.start();
        return done;
    }

    /** Each change of state, as {@code FROM>TO REASON}. */
    List<String> steps() {
        return heard.stream()
                .map(t -> t.from() + ">" + t.to() + " " + t.reason())
                .toList();
    }

    /** Children that a test ends by hand, and that write down when they were asked to. */
    final class Puppets implements Start {
        final List<Puppet> all = new ArrayList<>();

        @Override
        public Child start() {
            Puppet next = new Puppet();
            all.add(next);
            return next;
        }

        Puppet last() {
            return all.get(all.size() - 1);
        }

        ChildSpec spec() {
            return ChildSpec.of("child", this);
        }
    }

    Puppets puppets() {
        return new Puppets();
    }

    final class Puppet implements Child {
        final List<String> asked = new ArrayList<>();
        private final long startedAt = time.nanos();
        private final CompletableFuture<Exit> ended = new CompletableFuture<>();

        @Override
        public CompletionStage<Exit> ended() {
            return ended;
        }

        @Override
        public void stop(StopReason why, long killBy) {
            asked.add("stop " + why + " at " + ms());
        }

        @Override
        public void kill(StopReason why) {
            asked.add("kill " + why + " at " + ms());
        }

        /** Milliseconds since it was started. */
        private long ms() {
            return (time.nanos() - startedAt) / 1_000_000;
        }

        void end(Exit exit) {
            ended.complete(exit);
            time.runUntilIdle();
        }
    }

    /** Instead of halting the JVM that runs the tests: writes down when. */
    static final class Halts implements JvmHalt {
        final List<String> prepared = new ArrayList<>();
        final List<Long> at = new ArrayList<>();
        private final ManualTime time;

        Halts(ManualTime time) {
            this.time = time;
        }

        @Override
        public void prepare(String why) {
            prepared.add(why);
        }

        @Override
        public void now() {
            at.add(time.nanos());
        }
    }

    /** Blocks until it is interrupted. */
    static void loop() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Blocks until {@code end}, whatever interrupts it. */
    static void deaf(CountDownLatch end) {
        boolean over = false;
        while (!over) {
            try {
                over = end.await(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                // deaf
            }
        }
    }
}
