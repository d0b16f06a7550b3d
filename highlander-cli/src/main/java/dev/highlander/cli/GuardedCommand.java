package dev.highlander.cli;

import dev.highlander.Term;
import dev.highlander.TermStart;
import dev.highlander.lock.Lease;
import dev.highlander.supervisor.Child;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command with a {@link Guard}. Both are started anew for each term. The command shares the standard streams and the
 * process group of this process, so that a terminal stays its terminal; what it starts is known by a word in its
 * environment, and by its {@link Enclosure}.
 */
final class GuardedCommand implements TermStart {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long POLL = 10_000_000L;
    /** A guard needs a fraction of it. */
    private static final long PATIENCE = 500_000_000L;

    private final Task task;
    private final Guards guards;
    private final String scope;
    private final Duration margin;
    private final Consumer<String> alarm;
    private final Runnable standBy;
    private final Object launch = new Object();
    private @Nullable GuardedChild latest;

    /**
     * What to run, and how.
     *
     * @param scope tells the key from other keys on this machine
     * @param sameMachine whether an earlier holder can only have been on this machine, and be dead before its guard is
     *     through: its command is then waited for
     * @param lease when the guard strikes depends on it
     * @param grace how long what the command leaves behind may take to end
     * @param onLoss how it is stopped when its key is lost
     * @param launch prepares the command's process
     */
    record Task(
            List<String> words,
            String scope,
            boolean sameMachine,
            Lease lease,
            Duration grace,
            OnLoss onLoss,
            Launch launch) {}

    /**
     * @param alarm is told when the guard is killed, or has struck
     * @param standBy stops the command after that
     */
    GuardedCommand(Task task, Guards guards, Consumer<String> alarm, Runnable standBy) {
        this.task = task;
        this.guards = guards;
        this.scope = hash(task.scope);
        this.margin = Duration.ofNanos(task.lease.margin());
        this.alarm = alarm;
        this.standBy = standBy;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
    }

    /** The command that runs at this moment, if one does. One that is just being started is waited for. */
    Optional<Forwarder.Target> running() {
        synchronized (launch) {
            return latest == null || latest.isGone() ? Optional.empty() : Optional.of(latest);
        }
    }

    /** One at a time, as the terms are. */
    @Override
    public synchronized Child start(Term term) throws IOException, InterruptedException {
        if (task.sameMachine) {
            awaitEarlier();
        }
        String cookie = scope + "-" + UUID.randomUUID();
        Guard guard = guards.next();
        Enclosure enclosure = guards.means().enclose(cookie);
        Deadline deadline = new Deadline(term, margin, guard);
        ProcessBuilder builder = new ProcessBuilder(task.words);
        task.launch.prepare(builder);
        Map<String, String> given = builder.environment();
        GivenLocale.restore(given);
        given.put("HIGHLANDER_KEY", term.key().toString());
        given.put("HIGHLANDER_TOKEN", Long.toString(term.token()));
        given.put("HIGHLANDER_NODE", term.node());
        given.merge(Carriers.VARIABLE, cookie, (outer, own) -> outer + "," + own);
        synchronized (launch) {
            GuardedChild child = launch(builder, cookie, guard, enclosure, deadline);
            latest = child;
            return child;
        }
    }

    private GuardedChild launch(
            ProcessBuilder builder, String cookie, Guard guard, Enclosure enclosure, Deadline deadline)
            throws IOException, InterruptedException {
        Process process;
        try {
            guard.order(cookie);
            enclosure.order().ifPresent(guard::order);
            deadline.tell();
            guard.order("starting");
            process = enclosure.start(builder);
        } catch (IOException e) {
            guard.done();
            enclosure.close();
            throw e;
        }
        guard.order("started " + process.pid());
        task.launch.started(task.words.get(0), process, builder.environment());
        try {
            ProcessTree tree = new ProcessTree(task.words.get(0), process, cookie, enclosure);
            return new GuardedChild(tree, guard, deadline, task.grace, task.onLoss, this::alarm);
        } catch (Throwable t) { // no thread to be had: nobody would stop it
            guard.strike();
            throw t;
        }
    }

    private void alarm(String what, boolean stopping) {
        alarm.accept(what);
        if (!stopping) {
            standBy.run();
        }
    }

    private void awaitEarlier() throws IOException, InterruptedException {
        long patience = System.nanoTime() + PATIENCE;
        while (true) {
            List<ProcessHandle> carriers = Carriers.canBeFound() ? Carriers.of(scope + "-") : List.of();
            List<? extends Enclosure> enclosures = guards.means().left(scope + "-");
            enclosures.stream().filter(Enclosure::isEmpty).forEach(Enclosure::close);
            if (carriers.isEmpty() && enclosures.stream().allMatch(Enclosure::isEmpty)) {
                return;
            }
            if (System.nanoTime() - patience > 0) {
                LOG.log(
                        Level.WARNING,
                        "An earlier holder left processes behind, and nobody to kill them; killing them.");
                enclosures.forEach(Enclosure::kill);
                carriers.forEach(ProcessHandle::destroyForcibly);
            }
            LockSupport.parkNanos(POLL);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
