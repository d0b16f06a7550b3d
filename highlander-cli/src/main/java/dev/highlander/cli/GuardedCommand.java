package dev.highlander.cli;

import dev.highlander.Term;
import dev.highlander.TermStart;
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
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command with a {@link Guard}. Both are started anew for each term. The command shares the standard streams and the
 * process group of this process, so that a terminal stays its terminal; what it starts is known by a word in its
 * environment.
 */
final class GuardedCommand implements TermStart {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long POLL = 10_000_000L;
    /** A guard needs a fraction of it. */
    private static final long PATIENCE = 500_000_000L;

    private final List<String> words;
    private final Map<String, String> environment;
    private final String scope;
    private final boolean sameMachine;
    private final Duration margin;
    private final Duration grace;
    private final Launch launch;
    private final Consumer<String> alarm;
    private final Runnable standBy;
    private @Nullable Guard guard;

    /**
     * @param first tried, and not yet in use
     * @param scope tells the key from other keys on this machine
     * @param sameMachine whether an earlier holder can only have been on this machine, and be dead before its guard is
     *     through: its command is then waited for
     * @param margin how long before the end of the lease the guard is to strike
     * @param grace how long what the command leaves behind may take to end
     * @param launch prepares the command's process
     * @param alarm is told when the guard is killed, or has struck
     * @param standBy stops the command after that
     */
    GuardedCommand(
            List<String> words,
            Map<String, String> environment,
            Guard first,
            String scope,
            boolean sameMachine,
            Duration margin,
            Duration grace,
            Launch launch,
            Consumer<String> alarm,
            Runnable standBy) {
        this.words = words;
        this.environment = environment;
        this.guard = first;
        this.scope = hash(scope);
        this.sameMachine = sameMachine;
        this.margin = margin;
        this.grace = grace;
        this.launch = launch;
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

    /** One at a time, as the terms are. */
    @Override
    public synchronized Child start(Term term) throws IOException, InterruptedException {
        if (sameMachine) {
            awaitEarlier();
        }
        String cookie = scope + "-" + UUID.randomUUID();
        Guard tried = guard;
        guard = null; // each is for one term
        Guard mine = tried != null && tried.isAlive() ? tried : Guard.start(environment);
        Deadline deadline = new Deadline(term, margin, mine);
        ProcessBuilder builder = new ProcessBuilder(words);
        launch.prepare(builder);
        Map<String, String> given = builder.environment();
        GivenLocale.restore(given);
        given.put("HIGHLANDER_KEY", term.key().toString());
        given.put("HIGHLANDER_TOKEN", Long.toString(term.token()));
        given.put("HIGHLANDER_NODE", term.node());
        given.merge(Carriers.VARIABLE, cookie, (outer, own) -> outer + "," + own);
        Process process;
        try {
            mine.order(cookie);
            deadline.tell();
            mine.order("starting");
            process = builder.start();
        } catch (IOException e) {
            mine.done();
            throw e;
        }
        mine.order("started " + process.pid());
        launch.started(words.get(0), process, given);
        try {
            return new GuardedChild(words.get(0), process, cookie, mine, deadline, grace, this::alarm);
        } catch (Throwable t) { // no thread to be had: nobody would stop it
            mine.strike();
            throw t;
        }
    }

    private void alarm(String what, boolean stopping) {
        alarm.accept(what);
        if (!stopping) {
            standBy.run();
        }
    }

    /** Its guard kills it; if that was killed as well, this does. */
    private void awaitEarlier() throws IOException, InterruptedException {
        long patience = System.nanoTime() + PATIENCE;
        List<ProcessHandle> earlier = Carriers.of(scope + "-");
        while (!earlier.isEmpty()) {
            if (System.nanoTime() - patience > 0) {
                LOG.log(
                        Level.WARNING,
                        "An earlier holder left processes behind, and nobody to kill them; killing them.");
                earlier.forEach(ProcessHandle::destroyForcibly);
            }
            LockSupport.parkNanos(POLL);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            earlier = Carriers.of(scope + "-");
        }
    }
}
