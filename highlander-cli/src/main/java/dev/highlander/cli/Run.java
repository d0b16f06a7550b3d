package dev.highlander.cli;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.SingletonListener;
import dev.highlander.WhenStuck;
import dev.highlander.cli.FirstConnection.GivenUp;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.lock.StuckChildException;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.Exit.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One {@code highlander run}, from the first claim of its key to the end of its command.
 *
 * <p>A signal that ends the JVM stops the command first, and waits until it is dead: the key of a command that lives is
 * never given back. The exit status is then the command's, too.
 */
final class Run {
    /** In JDK 17 {@code error=2, No such file or directory}, later {@code error: 2 (No such file or directory)}. */
    private static final Pattern EXEC_FAILURE = Pattern.compile("error[=:] ?([0-9]+)[, (]+([^)]*)");

    private static final String NO_SUCH_FILE = "2";
    /** After a signal, whoever does not take the command's last output does not hold this up for longer. */
    private static final long LAST_OUTPUT = 5_000_000_000L;

    /** Makes the child. */
    @FunctionalInterface
    interface Recipe {
        /**
         * The child, for that Highlander to run.
         *
         * @param standBy stops the child, and has this node stand by again, although the key is not known to be lost
         */
        ChildSpec child(Highlander highlander, Runnable standBy);
    }

    /**
     * What else belongs to a run.
     *
     * @param backoff the waits between restarts
     * @param awaitsReady whether the command takes a while to come up, and is told of meanwhile
     * @param transitions is told of each change
     * @param conditions is told how the lock service is
     * @param drain returns when what the command has written is written
     */
    record Beside(
            Backoff backoff,
            boolean awaitsReady,
            SingletonListener transitions,
            Consumer<Condition> conditions,
            LongConsumer drain) {}

    private final Locks locks;
    private final Key key;
    private final Recipe recipe;
    private final String program;
    private final Narrator narrator;
    private final FirstConnection firstConnection;
    private final Beside beside;
    private volatile boolean gaveUp;
    private boolean ending;
    private @Nullable Singleton singleton;

    Run(
            Locks locks,
            Key key,
            Recipe recipe,
            String program,
            Narrator narrator,
            FirstConnection firstConnection,
            Beside beside) {
        this.locks = locks;
        this.key = key;
        this.recipe = recipe;
        this.program = program;
        this.narrator = narrator;
        this.firstConnection = firstConnection;
        this.beside = beside;
    }

    /** Returns the exit status when the command has ended by itself, or never came to run. */
    int run() {
        Thread hook = new Thread(this::onSignal, "highlander-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            return ExitStatus.OK; // a signal was faster: the JVM ends with its status
        }
        Singleton started = start();
        if (started == null) {
            return ExitStatus.OK; // likewise
        }
        CompletableFuture<Exit> closed = started.closed().toCompletableFuture();
        int ownStatus = ExitStatus.INTERNAL;
        GivenUp givenUp = awaitConnection(closed);
        if (givenUp != null) {
            gaveUp = true;
            ownStatus = givenUp.status();
            if (!givenUp.message().isEmpty()) {
                narrator.say(givenUp.message());
            }
            started.close();
        }
        Exit exit = closed.join();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return ExitStatus.OK; // the hook ends the JVM
        }
        end(exit, OutputTap.forEver());
        return status(exit).orElse(ownStatus);
    }

    private @Nullable GivenUp awaitConnection(CompletableFuture<Exit> closed) {
        CompletableFuture<Optional<GivenUp>> decided = firstConnection.decided().toCompletableFuture();
        CompletableFuture.anyOf(closed, decided).join();
        return decided.getNow(Optional.empty()).orElse(null);
    }

    private synchronized @Nullable Singleton start() {
        if (ending) {
            return null;
        }
        Account account = new Account(narrator, locks, key, program, beside.awaitsReady());
        // REPORT, whatever the lease: a process can't ignore SIGKILL, it can only be late to obey; and halting this JVM
        // would not make it obey sooner, but leave it without anyone who sees it dead.
        Highlander highlander = Highlander.with(locks)
                .whenStuck(WhenStuck.REPORT)
                .backoff(beside.backoff())
                .standAside(Duration.ZERO) // the key is free in each pause: who else wants it, has it by then
                .withoutShutdownHook();
        Singleton started = highlander.start(key, recipe.child(highlander, this::standBy));
        singleton = started;
        var unused = started.listen(account);
        var unusedAsWell = started.listen(beside.transitions());
        account.begin();
        Consumer<Condition> hear = condition -> {
            if (!gaveUp) { // what an attempt that is called off says comes too late
                account.condition(condition);
            }
            beside.conditions().accept(condition);
            firstConnection.condition(condition);
        };
        var unusedToo = locks.listen(hear);
        hear.accept(locks.condition());
        firstConnection.begin();
        return started;
    }

    private void standBy() {
        Singleton started;
        synchronized (this) {
            started = singleton;
        }
        if (started != null) {
            started.stepDown(Duration.ZERO);
        }
    }

    private void onSignal() {
        Singleton started;
        synchronized (this) {
            ending = true;
            started = singleton;
        }
        if (started == null) {
            return;
        }
        try {
            started.close();
        } catch (StuckChildException e) {
            // The account has told so. It has been sent SIGKILL, so it ends when the kernel lets it.
        }
        Exit exit = started.closed().toCompletableFuture().join();
        end(exit, LAST_OUTPUT);
        status(exit).ifPresent(status -> Runtime.getRuntime().halt(status));
    }

    private void end(Exit exit, long outputPatience) {
        locks.close();
        beside.drain().accept(outputPatience);
        if (exit.cause().orElse(null) instanceof NotReadyException late) {
            narrator.say(late.getMessage() + "; the key is released");
        } else if (exit.kind() == Kind.NOT_STARTED) {
            narrator.say(notStarted(program, exit));
        } else {
            exit.status().ifPresent(status -> narrator.say(ended(program, status)));
        }
        narrator.close();
    }

    static String notStarted(String program, Exit exit) {
        return notStarted(program, exit.cause().orElse(null));
    }

    static String notStarted(String program, @Nullable Throwable cause) {
        String message = cause == null || cause.getMessage() == null ? "no reason is known" : cause.getMessage();
        Matcher failure = EXEC_FAILURE.matcher(message);
        return program + " could not be started: " + (failure.find() ? failure.group(2) : message)
                + ". Start it by hand on this machine to see why; the key is released";
    }

    static String ended(String program, int status) {
        return program + " ended with status " + status
                + (status > 128 && status <= 128 + 64 ? " (signal " + (status - 128) + ")" : "")
                + "; the key is released";
    }

    /** Empty when no command has run. */
    static OptionalInt status(Exit exit) {
        return exit.kind() == Kind.NOT_STARTED ? OptionalInt.of(statusOfFailedStart(exit)) : exit.status();
    }

    private static int statusOfFailedStart(Exit exit) {
        Matcher failure =
                EXEC_FAILURE.matcher(exit.cause().map(Throwable::getMessage).orElse(""));
        if (!failure.find()) {
            return ExitStatus.SYSTEM; // it did not come to that: no guard, say, or no thread
        }
        return failure.group(1).equals(NO_SUCH_FILE) ? ExitStatus.NOT_FOUND : ExitStatus.NOT_EXECUTABLE;
    }
}
