package dev.highlander.lock;

import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Locks for one machine: lock files in a directory, exclusive among all the processes that use that directory and within
 * each of them. For development, and for what must run once on a machine.
 *
 * <p>A hold can't be lost while its process lives, so there is no lease; when a process ends, however it ends, the
 * operating system lets go of its locks. Within a JVM a release wakes the next in the queue at once and in order; between
 * processes a free key is found within {@value #POLL_MILLIS} ms, by whoever looks first.
 *
 * <p>What "never two" rests on: a local file system (not NFS), the same directory, and nobody who deletes lock files. A
 * holder whose file is deleted all the same is told within a second ({@link Loss#REVOKED}).
 *
 * <p>Tokens are counted in the file, from the wall clock's milliseconds when the file is new: so they rise even when a
 * reboot has emptied the directory, provided that the clock was not set back meanwhile.
 *
 * <p>A lock file that can't be used makes the {@linkplain #condition() condition} {@code REFUSED} with what to do about
 * it; its key is tried again every second, and the other keys go on being granted.
 *
 * <p>Each key ever looked at costs a file of 2 KB, which stays, and a file descriptor until the JVM ends.
 */
public final class LocalLocks implements Locks {
    static final int POLL_MILLIS = 50;
    static final int RETRY_SECONDS = 1;

    private static final long POLL = POLL_MILLIS * 1_000_000L;

    /** What it promises, which depends on no setting. Nobody takes over from a process that is frozen. */
    public static final Guarantee GUARANTEE = new Guarantee(
            true,
            true,
            Optional.empty(),
            new Bounds(
                    Map.of(
                            Mishap.CLEAN_STOP, Duration.ofMillis(POLL_MILLIS),
                            Mishap.CRASH, Duration.ofMillis(POLL_MILLIS)),
                    Optional.of(Duration.ZERO)));

    private static final long RETRY = RETRY_SECONDS * 1_000_000_000L;
    private static final long WATCH = 1_000_000_000L;
    private static final long TOUCH_AFTER = 3_600_000_000_000L;
    private static final System.Logger LOG = System.getLogger("dev.highlander.lock");

    private final Path directory;
    private final Namespace namespace;
    private final Node node;
    private final Time time;
    private final Agenda agenda;
    private final Listeners<Condition> listeners = new Listeners<>();
    private volatile Condition condition = Condition.ready();

    /** Held by whoever does this service's work: its own thread, or the one that closes it. */
    private final ReentrantLock work = new ReentrantLock();

    // Guarded by work.
    private final Set<LocalHold> holds = new LinkedHashSet<>();
    private final Map<LocalHold, Problem> problems = new LinkedHashMap<>();
    private long touchedAt;

    // Guarded by itself.
    private final Set<LocalClaim> claims = new LinkedHashSet<>();
    private boolean closed;

    private LocalLocks(Path directory, Namespace namespace, Node node, Time time) {
        this.directory = directory;
        this.namespace = namespace;
        this.node = node;
        this.time = time;
        this.touchedAt = time.nanos();
        this.agenda = time.agenda("highlander-local-locks " + node.name());
    }

    /**
     * With the default directory: {@code highlander-} and the user's name, below {@code java.io.tmpdir}. It is made for
     * this user alone, so other users' processes are not excluded.
     *
     * @throws IllegalArgumentException if another user could have a hand in that directory, or it can't be written in
     */
    public static LocalLocks open() {
        return builder().open();
    }

    /**
     * With lock files in {@code directory}, which is made if it is missing. Whoever may write in it can delete locks, so
     * let no stranger do so.
     *
     * @throws IllegalArgumentException if it is no directory, or can't be made or written in
     */
    public static LocalLocks open(Path directory) {
        return builder().directory(directory).open();
    }

    public static Builder builder() {
        return new Builder(null, Namespace.DEFAULT, null, Time.system());
    }

    /** Options; immutable, each method gives another builder. */
    public static final class Builder {
        private final @Nullable Path directory;
        private final Namespace namespace;
        private final @Nullable Node node;
        private final Time time;

        private Builder(@Nullable Path directory, Namespace namespace, @Nullable Node node, Time time) {
            this.directory = directory;
            this.namespace = namespace;
            this.node = node;
            this.time = time;
        }

        /** Where the lock files are; see {@link LocalLocks#open(Path)}. */
        public Builder directory(Path where) {
            return new Builder(Objects.requireNonNull(where, "directory"), namespace, node, time);
        }

        /** Which application's keys are meant; {@link Namespace#DEFAULT} unless given. */
        public Builder namespace(Namespace which) {
            return new Builder(directory, which, node, time);
        }

        /** Who this is; {@link Node#here()} unless given. */
        public Builder node(Node who) {
            return new Builder(directory, namespace, who, time);
        }

        /** Clocks and threads; {@link Time#system()} unless given. */
        public Builder time(Time which) {
            return new Builder(directory, namespace, node, which);
        }

        /**
         * Opens the lock service, which is ready at once.
         *
         * @throws IllegalArgumentException as {@link LocalLocks#open()} and {@link LocalLocks#open(Path)} say
         */
        public LocalLocks open() {
            Path real = directory == null ? LockDirectory.byDefault() : LockDirectory.given(directory);
            return new LocalLocks(real, namespace, node == null ? Node.here() : node, time).watched();
        }
    }

    /** The directory of the lock files, with all symbolic links resolved. */
    public Path directory() {
        return directory;
    }

    @Override
    public Claim claim(Key key, Claimant claimant) {
        LocalClaim claim = new LocalClaim(key, Objects.requireNonNull(claimant, "claimant"));
        synchronized (claims) {
            if (closed) {
                throw new IllegalStateException(
                        "The key " + key + " can't be claimed: these locks are closed. Open others.");
            }
            claims.add(claim);
        }
        run(claim::join);
        return claim;
    }

    @Override
    public CompletionStage<Optional<Holder>> holder(Key key) {
        return ask(() -> LockFile.of(directory, namespace, key).holding().map(LockRecord::holder));
    }

    /** All keys of this namespace, and all numbers, that are held now by a process that uses this directory. */
    public CompletionStage<List<Holding>> holders() {
        return ask(this::list);
    }

    private List<Holding> list() throws IOException {
        List<Holding> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.lock")) {
            for (Path file : files) {
                try {
                    LockFile.at(file)
                            .holding()
                            .filter(record -> record.namespace().isEmpty()
                                    || record.namespace().get().equals(namespace.name()))
                            .ifPresent(record -> found.add(new Holding(Key.parse(record.key()), record.holder())));
                } catch (IOException e) {
                    LOG.log(Level.WARNING, "Left out of the list of holders: {0}", e.getMessage());
                }
            }
        }
        found.sort((a, b) -> a.key().toString().compareTo(b.key().toString()));
        return found;
    }

    /** A question to the file system. */
    private interface Question<T> {
        T answer() throws IOException;
    }

    private <T> CompletionStage<T> ask(Question<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        synchronized (claims) {
            if (closed) {
                return CompletableFuture.failedStage(new IllegalStateException("These locks are closed. Open others."));
            }
            run(() -> {
                try {
                    answer.complete(question.answer());
                } catch (IOException | RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        }
        return answer.minimalCompletionStage();
    }

    @Override
    public Guarantee guarantee() {
        return GUARANTEE;
    }

    @Override
    public Condition condition() {
        return condition;
    }

    @Override
    public Subscription listen(Consumer<Condition> listener) {
        return listeners.listen(listener);
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public Time time() {
        return time;
    }

    @Override
    public void close() {
        List<LocalClaim> all;
        synchronized (claims) {
            closed = true;
            all = List.copyOf(claims);
        }
        work.lock();
        try {
            all.forEach(LocalClaim::withdrawNow);
            List.copyOf(holds).forEach(LocalHold::unlockIfReleased);
            problems.clear();
            become(Condition.closed());
            endIfNothingIsHeld();
            if (!holds.isEmpty()) {
                LocalHold stuck = holds.iterator().next();
                throw new StuckChildException("The key " + stuck.key() + " was never released, since its child has not"
                        + " ended: it is kept until the child ends or this process does."
                        + (holds.size() > 1 ? " So are " + (holds.size() - 1) + " others." : "")
                        + " Close singletons before their locks, and make children end when interrupted.");
            }
        } finally {
            work.unlock();
        }
    }

    @Override
    public String toString() {
        return "locks of one machine in " + directory + ", namespace " + namespace.name();
    }

    private void run(Runnable what) {
        agenda.execute(() -> runNow(what));
    }

    private void runNow(Runnable what) {
        work.lock();
        try {
            what.run();
        } finally {
            work.unlock();
        }
    }

    private boolean isClosed() {
        synchronized (claims) {
            return closed;
        }
    }

    private void endIfNothingIsHeld() {
        if (holds.isEmpty() && isClosed()) {
            agenda.execute(agenda::close); // after what is still to be told
        }
    }

    private void become(Condition next) {
        if (!condition.equals(next)) {
            condition = next;
            agenda.execute(() -> listeners.tell(next));
        }
    }

    private void problem(LocalHold place, @Nullable Problem problem) {
        if (problem == null ? problems.remove(place) == null : problem.equals(problems.put(place, problem))) {
            return;
        }
        if (problem != null) {
            LOG.log(Level.ERROR, "{0}", problem);
        }
        if (!isClosed()) {
            become(
                    problems.isEmpty()
                            ? Condition.ready()
                            : Condition.refused(problems.values().iterator().next()));
        }
    }

    private static void guarded(Runnable foreign) {
        try {
            foreign.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A claimant failed; the lock service goes on.", e);
        }
    }

    private LocalLocks watched() {
        agenda.at(time.nanos() + WATCH, () -> {
            runNow(this::watch);
            watched();
        });
        return this;
    }

    /** Sees to it that no hold outlives its file. */
    private void watch() {
        boolean touch = time.nanos() - touchedAt > TOUCH_AFTER;
        if (touch) {
            touchedAt = time.nanos();
        }
        List.copyOf(holds).forEach(hold -> hold.watch(touch));
    }

    /** A place in the queue, taken again after each hold, until it is withdrawn. */
    private final class LocalClaim implements Claim {
        private final Key key;
        private final Claimant claimant;
        private final LockFile file;
        private boolean withdrawn; // guarded by this
        private @Nullable LocalHold place; // guarded by this

        LocalClaim(Key key, Claimant claimant) {
            this.key = key;
            this.claimant = claimant;
            this.file = LockFile.of(directory, namespace, key);
        }

        void join() {
            LocalHold next;
            synchronized (this) {
                if (withdrawn) {
                    return;
                }
                next = new LocalHold(this);
                place = next;
            }
            file.join(next);
        }

        /** From here on the claimant has been told, whatever is withdrawn. */
        synchronized boolean grants(LocalHold hold) {
            return !withdrawn && place == hold;
        }

        @Override
        public void withdraw() {
            synchronized (this) {
                withdrawn = true;
            }
            run(this::withdrawNow);
        }

        void withdrawNow() {
            LocalHold present;
            synchronized (this) {
                withdrawn = true;
                present = place;
            }
            synchronized (claims) {
                claims.remove(this);
            }
            if (present != null && !holds.contains(present)) {
                file.leave(present);
                problem(present, null);
            }
        }
    }

    /** A place in the queue, and the hold that it becomes. */
    private final class LocalHold implements Hold, LockFile.Waiter {
        private final LocalClaim claim;
        private volatile long grantedAt;
        private volatile long token;
        private volatile boolean startable;
        private volatile boolean released;
        private boolean lost; // guarded by work

        LocalHold(LocalClaim claim) {
            this.claim = claim;
        }

        @Override
        public void turn() {
            run(this::attempt);
        }

        private void attempt() {
            if (holds.contains(this) || !claim.file.isTurnOf(this)) {
                return;
            }
            LockRecord term;
            try {
                term = claim.file.tryAcquire(namespace, claim.key, node, time.instant());
                problem(this, null);
            } catch (LockFile.Unusable e) {
                failed(e.problem());
                return;
            } catch (IOException | RuntimeException e) {
                failed(new Problem(
                        "LOCK_FILE_IO",
                        "The lock file of the key " + claim.key + " in " + directory + " can't be used: " + e + ".",
                        "See that the directory is there, on a local file system with room left."));
                return;
            }
            if (term == null) {
                agenda.at(time.nanos() + POLL, () -> runNow(this::attempt));
            } else {
                granted(term);
            }
        }

        private void failed(Problem problem) {
            problem(this, problem);
            agenda.at(time.nanos() + RETRY, () -> runNow(this::attempt));
        }

        private void granted(LockRecord term) {
            holds.add(this);
            if (!claim.grants(this)) {
                released = true;
                unlockIfReleased();
                return;
            }
            grantedAt = time.nanos();
            guarded(() -> claim.claimant.granted(this));
            if (!released) {
                token = term.token();
                startable = true;
                guarded(() -> claim.claimant.startable(this));
            }
        }

        void watch(boolean touch) {
            if (lost || released) {
                return;
            }
            try {
                if (!claim.file.isThere()) {
                    lost = true;
                    LOG.log(
                            Level.ERROR,
                            "The lock file of the key {0} in {1} is gone, so the key is not ours any more.",
                            claim.key,
                            directory);
                    guarded(() -> claim.claimant.lost(this, Loss.REVOKED));
                } else if (touch) {
                    claim.file.touch(time.instant());
                }
            } catch (IOException e) {
                LOG.log(Level.WARNING, "The lock file of the key " + claim.key + " can't be looked at.", e);
            }
        }

        @Override
        public Key key() {
            return claim.key;
        }

        @Override
        public long token() {
            if (!startable) {
                throw new IllegalStateException(
                        "The token of the key " + claim.key + " is not known before the hold is startable.");
            }
            return token;
        }

        @Override
        public long startNotBefore() {
            return grantedAt;
        }

        @Override
        public long deadBy() {
            return Long.MAX_VALUE;
        }

        @Override
        public void release() {
            released = true;
            run(this::unlockIfReleased);
        }

        private void unlockIfReleased() {
            if (!released || !holds.contains(this)) {
                return;
            }
            try {
                claim.file.unlock();
            } catch (IOException e) {
                LOG.log(Level.ERROR, "The lock file of the key " + claim.key + " can't be unlocked; tried again.", e);
                agenda.at(time.nanos() + WATCH, () -> runNow(this::unlockIfReleased));
                return;
            }
            holds.remove(this);
            claim.file.leave(this);
            claim.join();
            endIfNothingIsHeld();
        }
    }
}
