package dev.highlander.supervisor;

import dev.highlander.time.Time;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * What to run and how: an id, a recipe, when to restart it and how to stop it. Immutable; each {@code with}-style method
 * gives another spec.
 *
 * <p>Unless it has {@link #threads} of its own, a child's code runs on daemon threads that are named after it ({@code id}
 * for a task, {@code id-start}, {@code id-stop}, {@code id-kill}), with the context class loader of the thread that made
 * the spec, wherever and by whomever it is started or stopped.
 */
public final class ChildSpec {
    private final String id;
    private final Start start;
    private final Restart restart;
    private final Shutdown shutdown;
    private final ChildType type;
    private final boolean significant;
    private final @Nullable Duration progress;
    private final @Nullable ThreadFactory threads;
    private final @Nullable ClassLoader loader;

    private ChildSpec(
            String id,
            Start start,
            Restart restart,
            Shutdown shutdown,
            ChildType type,
            boolean significant,
            @Nullable Duration progress,
            @Nullable ThreadFactory threads,
            @Nullable ClassLoader loader) {
        if (id.isBlank()) {
            throw new IllegalArgumentException("The child's id is empty. Give it at least one visible character.");
        }
        this.id = id;
        this.start = Objects.requireNonNull(start, "start");
        this.restart = Objects.requireNonNull(restart, "restart");
        this.shutdown = Objects.requireNonNull(shutdown, "shutdown");
        this.type = Objects.requireNonNull(type, "type");
        this.significant = significant;
        this.progress = progress;
        this.threads = threads;
        this.loader = loader;
    }

    /** A child made by a recipe of your own. It is always restarted, and has five seconds to stop. */
    public static ChildSpec of(String id, Start start) {
        ClassLoader mine = Thread.currentThread().getContextClassLoader();
        return new ChildSpec(id, start, Restart.ALWAYS, Shutdown.DEFAULT, ChildType.WORKER, false, null, null, mine);
    }

    /** A loop or a job on a platform thread of its own, which is interrupted to stop it. */
    public static ChildSpec task(String id, Task task) {
        Objects.requireNonNull(task, "task");
        return of(id, new TaskStart(id, task, null));
    }

    /** A loop or a job on a thread that {@code threads} makes, which is interrupted to stop it. */
    public static ChildSpec task(String id, ThreadFactory threads, Task task) {
        Objects.requireNonNull(task, "task");
        return of(id, new TaskStart(id, task, threads)).threads(threads);
    }

    /** A service that is started and stopped. */
    public static <S> ChildSpec service(String id, Service<S> service) {
        Objects.requireNonNull(service, "service");
        return of(id, new ServiceStart<>(id, service));
    }

    /** A service that {@code factory} starts and whose {@code close()} stops it. */
    public static ChildSpec service(String id, Callable<? extends AutoCloseable> factory) {
        Objects.requireNonNull(factory, "factory");
        return service(id, new CloseableService(factory));
    }

    /** A service that {@code factory} starts from {@code argument} and whose {@code close()} stops it. */
    public static <A> ChildSpec service(String id, A argument, Factory<? super A> factory) {
        Objects.requireNonNull(factory, "factory");
        return service(id, () -> factory.create(argument));
    }

    /** An operating-system command, with the standard streams of this process. */
    public static ChildSpec command(String id, String... command) {
        return of(id, Command.of(command));
    }

    /** An operating-system command. */
    public static ChildSpec command(String id, Command command) {
        return of(id, command);
    }

    /**
     * A supervisor and its children, which may take for ever to stop.
     *
     * @throws IllegalArgumentException if a child is significant and the supervisor never shuts itself down
     */
    public static ChildSpec tree(String id, SupervisorSpec tree) {
        Objects.requireNonNull(tree, "tree");
        tree.check();
        return of(id, new TreeStart(tree.nameIfNone(id)))
                .type(ChildType.SUPERVISOR)
                .shutdown(Shutdown.forEver());
    }

    public ChildSpec restart(Restart when) {
        return new ChildSpec(id, start, when, shutdown, type, significant, progress, threads, loader);
    }

    public ChildSpec shutdown(Shutdown how) {
        return new ChildSpec(id, start, restart, how, type, significant, progress, threads, loader);
    }

    /** The same spec with another recipe, of which no progress is expected; the seam by which a child is wrapped. */
    public ChildSpec start(Start recipe) {
        return new ChildSpec(id, recipe, restart, shutdown, type, significant, null, threads, loader);
    }

    /** The same spec, listed as a child of that type. */
    public ChildSpec type(ChildType kind) {
        return new ChildSpec(id, start, restart, shutdown, kind, significant, progress, threads, loader);
    }

    /**
     * The same spec, for a child whose end can shut its supervisor down, as its {@link AutomaticShutdown} says. Not for
     * one that is always restarted.
     */
    public ChildSpec significant() {
        return new ChildSpec(id, start, restart, shutdown, type, true, progress, threads, loader);
    }

    /**
     * The same spec, for a child of a singleton that reports progress through its term: when it has been silent for {@code
     * atMost}, counted from the beginning of its start or from its latest report, it is stopped and counts as failed. Time
     * in which this process is frozen does not count if that is more than half of {@code atMost}.
     *
     * @throws IllegalArgumentException if {@code atMost} is not 100 ms to a day, or if the child is not handed a term, as
     *     those that {@code Highlander.task}, {@code child} and {@code tree} make are
     */
    public ChildSpec expectProgress(Duration atMost) {
        if (atMost.compareTo(Duration.ofMillis(100)) < 0 || atMost.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    "A silence of " + atMost + " is out of range. Use 100 milliseconds to a day.");
        }
        if (!start.isHandedTerm()) {
            throw new IllegalArgumentException(
                    "The child " + id + " can't report progress, since it is not handed a term."
                            + " Make it with task, child or tree of a Highlander, and have it call Term.progress().");
        }
        return new ChildSpec(id, start, restart, shutdown, type, significant, atMost, threads, loader);
    }

    /**
     * The same spec, whose own code runs on threads that {@code factory} makes, and that are as it makes them: its start,
     * its stop, its kill, and a task itself. In a tree, the children that have no factory of their own have this one too.
     * The threads that supervise are not made by it.
     */
    public ChildSpec threads(ThreadFactory factory) {
        Objects.requireNonNull(factory, "factory");
        return new ChildSpec(id, start, restart, shutdown, type, significant, progress, factory, loader);
    }

    /** The same clock, whose forks are threads of this child; the seam for whoever starts it. */
    public Time threadsBy(Time time) {
        return ChildThreads.of(time, threads, loader);
    }

    public String id() {
        return id;
    }

    public Start start() {
        return start;
    }

    public Restart restart() {
        return restart;
    }

    public Shutdown shutdown() {
        return shutdown;
    }

    public ChildType type() {
        return type;
    }

    public boolean isSignificant() {
        return significant;
    }

    /** How long the child may be silent, if it is expected to report progress. */
    public Optional<Duration> expectedProgress() {
        return Optional.ofNullable(progress);
    }

    @Override
    public String toString() {
        return "child " + id + " (restart " + restart + ", shutdown " + shutdown
                + (progress == null ? "" : ", progress every " + progress) + ")";
    }
}
