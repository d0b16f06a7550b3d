package dev.highlander.supervisor;

import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.SupervisorMachine.Policy;
import dev.highlander.time.Time;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a supervisor looks after and how. Immutable; each {@code with}-style method gives another spec, and each start
 * another supervisor.
 */
public final class SupervisorSpec {
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Strategy strategy;
    private final List<ChildSpec> children;
    private final int maxRestarts;
    private final Duration window;
    private final AutomaticShutdown automaticShutdown;
    private final @Nullable String name;
    private final @Nullable Backoff backoff;
    private final boolean closedByShutdownHook;
    private final Wiring wiring;

    /**
     * What only tests change.
     *
     * @param time the clock and the threads
     * @param random numbers in [0, 1), for the jitter of the backoff
     * @param machines makes the decisions
     */
    record Wiring(
            Time time, DoubleSupplier random, BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines) {}

    private SupervisorSpec(
            Strategy strategy,
            List<ChildSpec> children,
            int maxRestarts,
            Duration window,
            AutomaticShutdown automaticShutdown,
            @Nullable String name,
            @Nullable Backoff backoff,
            boolean closedByShutdownHook,
            Wiring wiring) {
        this.strategy = strategy;
        this.children = children;
        this.maxRestarts = maxRestarts;
        this.window = window;
        this.automaticShutdown = automaticShutdown;
        this.name = name;
        this.backoff = backoff;
        this.closedByShutdownHook = closedByShutdownHook;
        this.wiring = wiring;
    }

    static SupervisorSpec of(Strategy strategy, ChildSpec... children) {
        List<ChildSpec> all = List.of(children);
        Set<String> ids = new HashSet<>();
        for (ChildSpec child : all) {
            if (!ids.add(child.id())) {
                throw new IllegalArgumentException("Two children have the id " + child.id()
                        + ". Give each child of a supervisor an id of its own.");
            }
            refuseSignificantAlways(child);
        }
        Wiring wiring =
                new Wiring(Time.system(), () -> ThreadLocalRandom.current().nextDouble(), SupervisorMachine::new);
        return new SupervisorSpec(
                strategy, all, 3, Duration.ofSeconds(5), AutomaticShutdown.NEVER, null, null, true, wiring);
    }

    /**
     * Gives up, which is a failure of this supervisor, rather than restart children more than {@code most} times within
     * {@code window}; 3 times in 5 seconds unless given.
     */
    public SupervisorSpec maxRestarts(int most, Duration within) {
        if (most < 0 || within.isNegative() || within.isZero() || within.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(most + " restarts in " + within
                    + " are out of range. Use zero or more, in more than zero and at" + " most a day.");
        }
        return new SupervisorSpec(
                strategy, children, most, within, automaticShutdown, name, backoff, closedByShutdownHook, wiring);
    }

    /** Shuts itself down when children that are {@linkplain ChildSpec#significant() significant} have ended. */
    public SupervisorSpec automaticShutdown(AutomaticShutdown when) {
        Objects.requireNonNull(when, "when");
        return new SupervisorSpec(
                strategy, children, maxRestarts, window, when, name, backoff, closedByShutdownHook, wiring);
    }

    /**
     * Waits before it restarts a child; without this it restarts at once. The waits of each child grow while it keeps
     * ending, and begin anew once it has run for the longest. Those that are restarted with it wait with it; the others do
     * not. Restarts count towards {@link #maxRestarts} when the child ends, so give that a window that is long enough to
     * hold the waits, or it will never give up.
     */
    public SupervisorSpec backoff(Backoff waits) {
        Objects.requireNonNull(waits, "waits");
        return new SupervisorSpec(
                strategy, children, maxRestarts, window, automaticShutdown, name, waits, closedByShutdownHook, wiring);
    }

    /** What it is called in the log, in errors and in the names of its threads. */
    public SupervisorSpec name(String what) {
        if (what.isBlank()) {
            throw new IllegalArgumentException(
                    "The supervisor's name is empty. Give it at least one visible character.");
        }
        return new SupervisorSpec(
                strategy,
                children,
                maxRestarts,
                window,
                automaticShutdown,
                what,
                backoff,
                closedByShutdownHook,
                wiring);
    }

    /** By another clock than the system's; a tree within a tree goes by the clock of the outermost. */
    public SupervisorSpec time(Time clock) {
        Objects.requireNonNull(clock, "clock");
        return wiring(new Wiring(clock, wiring.random, wiring.machines));
    }

    /**
     * Without the JVM shutdown hook that else closes each supervisor that was {@linkplain #start() started}, one after the
     * other, the latest first; for an application or a framework that has its own order of closing.
     */
    public SupervisorSpec withoutShutdownHook() {
        return new SupervisorSpec(
                strategy, children, maxRestarts, window, automaticShutdown, name, backoff, false, wiring);
    }

    SupervisorSpec wiring(Wiring other) {
        return new SupervisorSpec(
                strategy, children, maxRestarts, window, automaticShutdown, name, backoff, closedByShutdownHook, other);
    }

    /**
     * Starts the children in order, and returns when all have been started.
     *
     * @throws StartFailedException if one could not be started; those before it have been stopped, in reverse
     * @throws InterruptedException if the thread was interrupted; all have been stopped then
     * @throws ChildStuckException if either happened, and a child has ignored its kill
     * @throws IllegalArgumentException if a child is significant and this supervisor never shuts itself down
     */
    public Supervisor start() throws InterruptedException {
        SupervisorRunner runner = new SupervisorRunner(this, time());
        if (closedByShutdownHook) {
            OpenSupervisors.add(runner);
        }
        runner.begin();
        runner.awaitUp();
        return new OpenSupervisor(runner);
    }

    void check() {
        children.forEach(this::refuse);
    }

    void refuse(ChildSpec child) {
        refuseSignificantAlways(child);
        if (child.isSignificant() && automaticShutdown == AutomaticShutdown.NEVER) {
            throw new IllegalArgumentException("The child " + child.id() + " is significant, but supervisor " + name()
                    + " never shuts itself down. Set automaticShutdown to ANY or ALL, or make it not significant.");
        }
    }

    private static void refuseSignificantAlways(ChildSpec child) {
        if (child.isSignificant() && child.restart() == Restart.ALWAYS) {
            throw new IllegalArgumentException(
                    "The child " + child.id() + " is significant but always restarted, so its"
                            + " end could never count. Restart it on failure or never.");
        }
    }

    SupervisorSpec nameIfNone(String what) {
        return name != null ? this : name(what);
    }

    private Policy policy() {
        return new Policy(name(), strategy, maxRestarts, window.toNanos(), automaticShutdown, backoff, wiring.random);
    }

    SupervisorMachine machine(Collection<Traits> traits) {
        return wiring.machines.apply(policy(), traits);
    }

    String name() {
        return name == null ? "supervisor" : name;
    }

    Collection<ChildSpec> children() {
        return children;
    }

    Time time() {
        return wiring.time;
    }

    @Override
    public String toString() {
        return "supervisor " + name() + " " + strategy + " of "
                + children.stream().map(ChildSpec::id).toList();
    }
}
