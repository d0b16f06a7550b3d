package dev.highlander;

import dev.highlander.SingletonMachine.Policy;
import dev.highlander.SingletonMachine.Restarts;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.ChildType;
import dev.highlander.supervisor.Shutdown;
import dev.highlander.supervisor.SupervisorSpec;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * Runs children once among all the processes that share a lock service.
 *
 * <pre>{@code
 * try (Locks locks = PostgresLocks.connect(url);
 *         Singleton relay = Highlander.with(locks).start(task("mail-relay", mailRelay::loop))) {
 *     relay.closed().toCompletableFuture().join();
 * }
 * }</pre>
 *
 * <p>Immutable and safe for use by many threads; make one for each lock service.
 */
public final class Highlander {
    /** The shortest lease for which {@link WhenStuck#HALT} is accepted: halting a JVM can itself take seconds. */
    public static final Duration SHORTEST_LEASE_TO_HALT = Duration.ofSeconds(5);

    private final Locks locks;
    private final WhenStuck whenStuck;
    private final Backoff backoff;
    private final boolean closedByShutdownHook;
    private final JvmHalt halt;
    private final DoubleSupplier random;
    private final Control control;

    private Highlander(
            Locks locks,
            WhenStuck whenStuck,
            Backoff backoff,
            boolean closedByShutdownHook,
            JvmHalt halt,
            DoubleSupplier random,
            Control control) {
        this.locks = locks;
        this.whenStuck = whenStuck;
        this.backoff = backoff;
        this.closedByShutdownHook = closedByShutdownHook;
        this.halt = halt;
        this.random = random;
        this.control = control;
    }

    /** On that lock service, which stays yours to close. */
    public static Highlander with(Locks locks) {
        Objects.requireNonNull(locks, "locks");
        WhenStuck whenStuck =
                locks.guarantee().neverTwo() && locks.guarantee().lease().isPresent()
                        ? WhenStuck.HALT
                        : WhenStuck.REPORT;
        return new Highlander(
                locks,
                whenStuck,
                Backoff.DEFAULT,
                true,
                JvmHalt.real(),
                () -> ThreadLocalRandom.current().nextDouble(),
                new Control(locks));
    }

    /** What to do about a child that ignores its kill while its key is lost. */
    public Highlander whenStuck(WhenStuck what) {
        return new Highlander(locks, what, backoff, closedByShutdownHook, halt, random, control);
    }

    /** The waits between restarts of what {@link #start} runs; {@link Backoff#DEFAULT} unless given. */
    public Highlander backoff(Backoff waits) {
        return new Highlander(locks, whenStuck, waits, closedByShutdownHook, halt, random, control);
    }

    /**
     * Without the JVM shutdown hook that else closes, in an orderly way, what {@link #start} has opened, and its locks;
     * for a framework that has its own order of closing.
     */
    public Highlander withoutShutdownHook() {
        return new Highlander(locks, whenStuck, backoff, false, halt, random, control);
    }

    Highlander halt(JvmHalt how) {
        return new Highlander(locks, whenStuck, backoff, closedByShutdownHook, how, random, control);
    }

    /** With another source of numbers in [0, 1) for the jitter of restarts. */
    Highlander random(DoubleSupplier numbers) {
        return new Highlander(locks, whenStuck, backoff, closedByShutdownHook, halt, numbers, control);
    }

    /** Runs {@code child} once, under the key that is its id. */
    public Singleton start(ChildSpec child) {
        return start(Key.of(child.id()), child);
    }

    /**
     * Runs {@code child} once, under {@code key}: here, when this node is granted the key. Returns at once, whether the
     * lock service can be reached or not. A child that ends by itself is restarted as its spec says, after a wait in which
     * any node may take over; losses and outages are no failures and never end it.
     *
     * @throws IllegalArgumentException if a stuck child could not be dealt with in time under this lease
     * @throws IllegalStateException if the lock service is closed
     */
    public Singleton start(Key key, ChildSpec child) {
        if (locks.condition().phase() == Condition.Phase.CLOSED) {
            throw new IllegalStateException(
                    "The lock service is closed, so " + key + " can't be claimed. Open a new one.");
        }
        SingletonRunner runner = runner(key, child, new Restarting(child.restart(), backoff, random));
        Singleton singleton = new OpenSingleton(runner);
        if (closedByShutdownHook) {
            OpenSingletons.add(singleton, locks);
        }
        runner.open();
        return singleton;
    }

    /** {@code child}, to be run once under the key that is its id, as a child of a supervisor of yours. */
    public ChildSpec wrap(ChildSpec child) {
        return wrap(Key.of(child.id()), child);
    }

    /**
     * {@code child}, to be run once under {@code key}, as a child of a supervisor of yours: the supervisor starts it on
     * every node, and it runs on one. It ends when the child ends by itself, and the supervisor decides what then.
     *
     * @throws IllegalArgumentException if a stuck child could not be dealt with in time under this lease
     */
    public ChildSpec wrap(Key key, ChildSpec child) {
        policy(child, Restarting.NEVER);
        return child.type(ChildType.SUPERVISOR).start(() -> {
            SingletonRunner runner = runner(key, child, Restarting.NEVER);
            runner.open();
            return new WrappedChild(runner);
        });
    }

    /** A loop or a job that is handed its term. */
    public ChildSpec task(String id, TermTask body) {
        Objects.requireNonNull(body, "body");
        return child(
                id, term -> ChildSpec.task(id, () -> body.run(term)).start().start());
    }

    /** A child made by a recipe of your own that is handed its term. */
    public ChildSpec child(String id, TermStart recipe) {
        Objects.requireNonNull(recipe, "recipe");
        return ChildSpec.of(id, new UnderTerm(id, recipe));
    }

    /** A supervision tree that is made from its term; it may take for ever to stop, unless the key is lost. */
    public ChildSpec tree(String id, Function<? super Term, SupervisorSpec> tree) {
        Objects.requireNonNull(tree, "tree");
        return child(id, new TermTree(id, tree)).type(ChildType.SUPERVISOR).shutdown(Shutdown.forEver());
    }

    private SingletonRunner runner(Key key, ChildSpec child, Restarts restarts) {
        return new SingletonRunner(key, child, locks, policy(child, restarts), control, halt);
    }

    private Policy policy(ChildSpec child, Restarts restarts) {
        Lease lease = locks.guarantee().lease().orElse(Lease.DEFAULT);
        if (whenStuck == WhenStuck.HALT && lease.length().compareTo(SHORTEST_LEASE_TO_HALT) < 0) {
            throw new IllegalArgumentException("A lease of " + lease.length().toMillis()
                    + " ms is too short for whenStuck(HALT): halting a JVM can itself take seconds. Use a lease of at least "
                    + SHORTEST_LEASE_TO_HALT.toSeconds()
                    + " s, or whenStuck(REPORT) if every child surely ends when it is interrupted.");
        }
        return new Policy(
                child.shutdown().nanos(), lease.stopBudget(), lease.margin(), whenStuck == WhenStuck.HALT, restarts);
    }
}
