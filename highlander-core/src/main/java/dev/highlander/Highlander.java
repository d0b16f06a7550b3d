package dev.highlander;

import dev.highlander.Restarting.Intensity;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

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

    private static final Duration LONGEST = Duration.ofDays(1);

    private final Locks locks;
    private final Settings settings;
    private final Control control;

    /** What there is to set; written to only by {@link #with(Consumer)}, before others see it. */
    private static final class Settings {
        WhenStuck whenStuck = WhenStuck.REPORT;
        Backoff backoff = Backoff.DEFAULT;
        int mostRestarts = 3;
        Duration restartWindow = Duration.ofSeconds(5);
        boolean inPlace;
        Duration standAside = Duration.ofMinutes(1);
        List<SingletonListener> listeners = List.of();
        boolean closedByShutdownHook = true;
        JvmHalt halt = JvmHalt.real();
        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        Settings copy() {
            Settings copy = new Settings();
            copy.whenStuck = whenStuck;
            copy.backoff = backoff;
            copy.mostRestarts = mostRestarts;
            copy.restartWindow = restartWindow;
            copy.inPlace = inPlace;
            copy.standAside = standAside;
            copy.listeners = listeners;
            copy.closedByShutdownHook = closedByShutdownHook;
            copy.halt = halt;
            copy.random = random;
            return copy;
        }

        Intensity intensity() {
            return new Intensity(mostRestarts, restartWindow.toNanos(), inPlace, standAside.toNanos());
        }
    }

    private Highlander(Locks locks, Settings settings, Control control) {
        this.locks = locks;
        this.settings = settings;
        this.control = control;
    }

    /** On that lock service, which stays yours to close. */
    public static Highlander with(Locks locks) {
        Objects.requireNonNull(locks, "locks");
        Settings settings = new Settings();
        if (locks.guarantee().neverTwo() && locks.guarantee().lease().isPresent()) {
            settings.whenStuck = WhenStuck.HALT;
        }
        return new Highlander(locks, settings, new Control(locks));
    }

    private Highlander with(Consumer<Settings> change) {
        Settings changed = settings.copy();
        change.accept(changed);
        return new Highlander(locks, changed, control);
    }

    /** What to do about a child that ignores its kill while its key is lost. */
    public Highlander whenStuck(WhenStuck what) {
        Objects.requireNonNull(what, "what");
        return with(changed -> changed.whenStuck = what);
    }

    /** The waits between restarts of what {@link #start} runs; {@link Backoff#DEFAULT} unless given. */
    public Highlander backoff(Backoff waits) {
        Objects.requireNonNull(waits, "waits");
        return with(changed -> changed.backoff = waits);
    }

    /**
     * Restarts a child that ends here, at once and under the same term, up to {@code most} times within {@code window}: the
     * key is kept, the token stays the same, and nobody else is told. Without this, the first end gives the key up. Only
     * ends after which the child's spec wants a restart count, and losses, conflicts and outages never do. What comes of one
     * restart too many is told at {@link #standAside}.
     *
     * @throws IllegalArgumentException if {@code most} is negative, or {@code window} is not more than zero and at most a day
     */
    public Highlander restartInPlace(int most, Duration window) {
        if (most < 0 || window.isNegative() || window.isZero() || window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(most + " restarts in place in " + window
                    + " are out of range. Use zero or more, in more than zero and at most a day.");
        }
        return with(changed -> {
            changed.inPlace = true;
            changed.mostRestarts = most;
            changed.restartWindow = window;
        });
    }

    /**
     * For how long this node leaves a child to others when it keeps ending here: a minute unless given, zero for not at all.
     *
     * <p>Too much is one restart more than {@link #restartInPlace} allows, or without that the fourth end within five seconds
     * of a wrapped child, and the fourth in a row of a started one. The key is then given up, with {@link
     * Reason#CRASH_LOOP}, and not claimed until the time is over. A started child is treated so each time. Of a wrapped one,
     * the supervisor is not told; but when it keeps ending here again, that goes to the supervisor, unless it has meanwhile
     * run here for as long as this node stood aside.
     *
     * @throws IllegalArgumentException if {@code howLong} is negative or longer than a day
     */
    public Highlander standAside(Duration howLong) {
        if (howLong.isNegative() || howLong.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "A time of " + howLong + " to stand aside is out of range. Use zero to a day.");
        }
        return with(changed -> changed.standAside = howLong);
    }

    /** One more listener, which is told all transitions of all singletons from their first on, wrapped ones included. */
    public Highlander listener(SingletonListener listener) {
        Objects.requireNonNull(listener, "listener");
        return with(changed -> changed.listeners =
                Stream.concat(changed.listeners.stream(), Stream.of(listener)).toList());
    }

    /**
     * Without the JVM shutdown hook that else closes, in an orderly way, what {@link #start} has opened, and its locks,
     * also after what is in a supervisor; for a framework that has its own order of closing.
     */
    public Highlander withoutShutdownHook() {
        return with(changed -> changed.closedByShutdownHook = false);
    }

    Highlander halt(JvmHalt how) {
        return with(changed -> changed.halt = how);
    }

    /** With another source of numbers in [0, 1) for the jitter of restarts. */
    Highlander random(DoubleSupplier numbers) {
        return with(changed -> changed.random = numbers);
    }

    /**
     * The singleton under that key which is open in this JVM, started or wrapped, on whatever lock service: of several, the
     * one whose child is here, else the one that was opened first. Closing one that is wrapped is the end of a child for its
     * supervisor, which may restart it.
     */
    public static Optional<Singleton> find(Key key) {
        return OpenSingletons.find(key);
    }

    /** {@link #find(Key)} for the key of that text, which is the child's id unless one was given. */
    public static Optional<Singleton> find(String key) {
        return find(Key.of(key));
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
        Restarts restarts =
                Restarting.started(child.restart(), settings.intensity(), settings.backoff, settings.random);
        SingletonRunner runner = runner(key, child, restarts);
        Singleton singleton = new OpenSingleton(runner);
        OpenSingletons.add(singleton, locks, settings.closedByShutdownHook, false);
        runner.open(singleton, settings.listeners);
        return singleton;
    }

    /** {@code child}, to be run once under the key that is its id, as a child of a supervisor of yours. */
    public ChildSpec wrap(ChildSpec child) {
        return wrap(Key.of(child.id()), child);
    }

    /**
     * {@code child}, to be run once under {@code key}, as a child of a supervisor of yours: the supervisor starts it on
     * every node, and it runs on one. It ends when the child ends by itself, and the supervisor decides what then; but see
     * {@link #restartInPlace} and {@link #standAside}.
     *
     * @throws IllegalArgumentException if a stuck child could not be dealt with in time under this lease
     */
    public ChildSpec wrap(Key key, ChildSpec child) {
        Restarts restarts = Restarting.wrapped(child.restart(), settings.intensity());
        policy(child, restarts);
        return child.type(ChildType.SUPERVISOR).start(() -> {
            SingletonRunner runner = runner(key, child, restarts);
            Singleton singleton = new OpenSingleton(runner);
            OpenSingletons.add(singleton, locks, settings.closedByShutdownHook, true);
            runner.open(singleton, settings.listeners);
            return new WrappedChild(runner);
        });
    }

    /**
     * The singletons that are open now, in no particular order: what this and every {@code Highlander} made from it has
     * {@linkplain #start started}, and what supervisors have started of that which was {@linkplain #wrap wrapped}.
     */
    public List<Singleton> singletons() {
        return control.open().stream().<Singleton>map(OpenSingleton::new).toList();
    }

    /** A loop or a job that is handed its term. */
    public ChildSpec task(String id, TermTask body) {
        Objects.requireNonNull(body, "body");
        return child(id, new TermTaskStart(id, body));
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
        return new SingletonRunner(key, child, locks, policy(child, restarts), control, settings.halt);
    }

    private Policy policy(ChildSpec child, Restarts restarts) {
        Lease lease = locks.guarantee().lease().orElse(Lease.DEFAULT);
        if (settings.whenStuck == WhenStuck.HALT && lease.length().compareTo(SHORTEST_LEASE_TO_HALT) < 0) {
            throw new IllegalArgumentException("A lease of " + lease.length().toMillis()
                    + " ms is too short for whenStuck(HALT): halting a JVM can itself take seconds. Use a lease of at least "
                    + SHORTEST_LEASE_TO_HALT.toSeconds()
                    + " s, or whenStuck(REPORT) if every child surely ends when it is interrupted.");
        }
        return new Policy(
                child.shutdown().nanos(),
                lease.stopBudget(),
                lease.margin(),
                settings.whenStuck == WhenStuck.HALT,
                restarts,
                child.expectedProgress().map(Duration::toNanos).orElse(Long.MAX_VALUE));
    }
}
