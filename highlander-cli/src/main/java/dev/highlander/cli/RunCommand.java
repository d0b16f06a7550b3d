package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Node;
import dev.highlander.postgres.ListenAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code highlander run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis =
                "highlander run --key KEY [--postgres URL | --local [--directory DIR]] [OPTIONS] [--] COMMAND [ARGS...]%n",
        header = "Runs a command on one node at a time, of all the nodes that are given the same key.%n",
        description = {
            "Waits until this node holds the key, runs the command, and sees it stopped before any other node can start"
                    + " theirs. When the key is lost (the database can't be reached, say) the command is stopped within"
                    + " the lease, killed if need be, and this node stands by again; that goes on for ever, however long"
                    + " an outage lasts. When the command ends by itself, the key is released and this node ends with the"
                    + " command's status (--restart has it run again, on any node); that it has run is not remembered: if other nodes stand by, the next one runs"
                    + " it.",
            "",
            "The command has the standard streams of this one, and HIGHLANDER_KEY, HIGHLANDER_TOKEN (a number that grows"
                    + " with each term, for resources that can refuse an older one) and HIGHLANDER_NODE in its"
                    + " environment.",
            "",
            "SIGTERM and SIGINT stop the command: it is sent the same and, after the grace, SIGKILL; a second SIGINT"
                    + " kills it at once. The key is released when it is dead. SIGHUP, SIGUSR1, SIGUSR2, SIGALRM,"
                    + " SIGWINCH, SIGURG, SIGPWR and, without a terminal, SIGTTIN and SIGTTOU are handed on to the command."
                    + " While no command runs, SIGHUP ends highlander.",
            "",
            "The command is all that it starts, daemons too: what it leaves behind when it ends is stopped like itself"
                    + " before the key is released. On Linux a guard, a process of its own, kills all of it if highlander"
                    + " is killed, and at the end of the lease if highlander is frozen; --guard-by says how it finds it."
                    + " Elsewhere there is no guard, and a command outlives a killed highlander.%n",
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "n:the command's own status, also after a signal to highlander",
            "128+n:signal n ended the command, or highlander while no command ran",
            "64:the command line, a variable or the configuration file is wrong",
            "69:the lock service could not be used within --connect-timeout",
            "70:a bug in highlander",
            "71:the system refused highlander what it needs for itself, such as a guard for the command or the port"
                    + " of --http",
            "78:the lock service refused this node when it first connected, and will until somebody changes something",
            "124:the command was not ready within --ready-timeout",
            "126:the command is not executable",
            "127:the command is not found",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  highlander run --key mail-relay --postgres postgres://user@db.example/app -- ./relay.sh",
            "  highlander run --key mail-relay --lease 3s --grace 1s -- ./relay.sh --verbose",
            "  highlander run --key web --restart always --ready-when port:8080 -- ./web.sh",
            "  highlander run --key backup --local -- sh -c 'echo running; exec ./backup.sh'",
        })
final class RunCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final PrintStream err;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            order = 1,
            converter = Converters.OfKey.class,
            description = "What must be unique: a text, #N for a 64-bit number, or #N:M for a pair of 32-bit numbers.")
    private @Nullable Key key;

    @Mixin
    private final PlaceOptions where = new PlaceOptions();

    @Mixin
    private final NodeOptions how = new NodeOptions();

    @Mixin
    private final ChildOptions child = new ChildOptions();

    @Mixin
    private final HttpOptions http = new HttpOptions();

    @Mixin
    private final GuardOptions guard = new GuardOptions();

    @Mixin
    private final Logging logging = new Logging();

    @Parameters(arity = "0..*", paramLabel = "COMMAND", hidden = true)
    private List<String> words = List.of();

    RunCommand(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    @Override
    public Integer call() {
        logging.configure();
        // Not left to picocli, which asks for what is missing before it complains of what is misspelt.
        if (key == null) {
            throw FailedException.usage("There is no --key. Give --key KEY, the same on all nodes.");
        }
        if (words.isEmpty()) {
            throw FailedException.usage("There is no command to run. Give one after the options, or after --.");
        }
        Key wanted = key;
        where.refuseLease(how);
        where.refuseLedger(how);
        ListenAddress listen = guard.listen(where.isLocal());
        Place place = where.place(environment);
        Lease trusted = how.lease();
        Node node = how.node();
        child.check();
        Launch launch = child.launch();
        checkWords(launch);
        String program = words.get(0);
        Program.check(program, environment);
        Narrator narrator = new Narrator(
                err,
                Terminal.isStandardError(environment),
                logging.format(),
                Map.of("key", wanted.toString(), "node", node.name()));
        StatusServer server = http.open();
        if (server != null) {
            narrator.say("answering at " + server.address());
        }
        // In this order: it connects while the guard tries its tools.
        Locks locks = place.open(where.namespace(), node, trusted, how.ledger());
        Guards guards;
        try {
            guards = guards(listen, narrator);
        } catch (FailedException e) {
            locks.close();
            throw e;
        }
        return new Run(
                        locks,
                        wanted,
                        recipe(wanted, trusted, launch, guards, narrator),
                        program,
                        narrator,
                        how.firstConnection(),
                        beside(server, wanted, locks, launch))
                .run();
    }

    private Run.Beside beside(@Nullable StatusServer server, Key wanted, Locks locks, Launch launch) {
        if (server == null) {
            return new Run.Beside(
                    child.backoff(), child.awaitsReady(), transition -> {}, condition -> {}, launch::drain);
        }
        StatusPage page = new StatusPage(
                new StatusPage.Facts(
                        wanted.toString(),
                        where.namespace().name(),
                        locks.node().name(),
                        words.get(0),
                        locks.guarantee().lease()),
                System::nanoTime,
                Instant.now());
        server.show(page);
        return new Run.Beside(child.backoff(), child.awaitsReady(), page, page::condition, launch::drain);
    }

    private void checkWords(Launch launch) {
        try {
            launch.check(words);
        } catch (IllegalArgumentException e) {
            throw FailedException.usage(e);
        }
    }

    /** Where there can be none, this process alone stops the command. */
    private Guards guards(@Nullable ListenAddress address, Narrator narrator) {
        try {
            if (address != null && address.isLoopback()) {
                narrator.say("only nodes on this machine can ask at " + address + ", a loopback address");
            }
            return Guards.start(environment, guard.choice().means(environment), address);
        } catch (IOException e) {
            if (address != null) {
                throw new FailedException(
                        ExitStatus.SYSTEM,
                        "There is no guard that listens at " + address + ", since " + withFullStop(e));
            }
            if (guard.choice() != GuardChoice.AUTO) {
                throw guard.choice().refused(e);
            }
            if (child.awaitsLine()) {
                throw FailedException.usage("There is no guard here, since " + e.getMessage()
                        + ", and without one --ready-when can't wait for a line. Let it wait for a port or a command.");
            }
            narrator.say("there is no guard here, since " + e.getMessage() + ": if highlander is killed or frozen, "
                    + words.get(0) + " runs on");
            return Guards.none();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts this thread.", e);
        }
    }

    private static String withFullStop(IOException why) {
        String text = String.valueOf(why.getMessage());
        return Character.toLowerCase(text.charAt(0)) + text.substring(1) + (text.endsWith(".") ? "" : ".");
    }

    private Run.Recipe recipe(Key wanted, Lease trusted, Launch launch, Guards guards, Narrator narrator) {
        return (highlander, standBy) -> {
            GuardedCommand command = new GuardedCommand(
                    new GuardedCommand.Task(
                            words,
                            where.scope(wanted),
                            where.isLocal(),
                            trusted,
                            child.grace(),
                            guard.onLoss(),
                            launch),
                    guards,
                    why -> narrator.say(told(why)),
                    standBy);
            forwardSignals(command);
            return highlander
                    .child(wanted.toString(), child.untilReady(command, words.get(0), launch))
                    .restart(child.restart())
                    .shutdown(child.shutdown());
        };
    }

    private static void forwardSignals(GuardedCommand command) {
        ControllingTerminal terminal = new ControllingTerminal();
        Forwarder forwarder =
                new Forwarder(command::running, terminal::hasForeground, terminal::isHungUp, System::exit);
        Forwarder.signals(terminal.exists()).forEach(signal -> Signals.handle(signal, forwarder::received));
    }

    private String told(String why) {
        return why.equals(Guard.EXPIRED)
                ? "the guard has killed " + words.get(0) + " at the end of its lease, since this process was late"
                : "the guard of " + words.get(0) + " was killed; stopping " + words.get(0) + " until it has another";
    }
}
