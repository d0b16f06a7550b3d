package dev.highlander.cli;

import dev.highlander.cli.Explanation.Finding;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Phase;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Guarantee;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.LocalLocks;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Node;
import dev.highlander.lock.Subscription;
import dev.highlander.postgres.PostgresBounds;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code highlander explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = "highlander explain [--postgres URL | --local [--directory DIR]] [--lease TIME] [--grace TIME]"
                + " [OPTIONS]%n",
        header = "Prints what a configuration guarantees and costs.%n",
        description = {
            "Takes the options of run, and says what they come to: what becomes of the command when its node is stopped,"
                    + " killed, frozen or cut off, and when the next node starts at most. All of it is computed, and needs"
                    + " no database; with --connect it is also tried.",
            "",
            "With --takeover-within and --stop-within it makes sure of something: if the configuration can't keep it, it"
                    + " says which inequality does not hold.%n",
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the explanation is on standard output",
            "64:the command line is wrong, or contradicts itself",
            "69:with --connect: the lock service can't be reached",
            "70:a bug in highlander",
            "78:with --connect: the lock service refuses this node",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  highlander explain --lease 5s",
            "  highlander explain --lease 5s --takeover-within 15s --stop-within 30s --json",
            "  highlander explain --connect",
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int QUESTIONS = 5;
    /** Of a question that nobody else asks. */
    private static final Key PROBE = Key.of("highlander explain");

    private final Map<String, String> environment;
    private final PrintStream out;

    @Mixin
    private final PlaceOptions where = new PlaceOptions();

    @Mixin
    private final NodeOptions how = new NodeOptions();

    @Mixin
    private final ChildOptions child = new ChildOptions();

    @Mixin
    private final GuardOptions guard = new GuardOptions();

    @Option(
            names = "--takeover-within",
            paramLabel = "TIME",
            order = 50,
            converter = Converters.OfDuration.class,
            description = "Fail unless another node starts within this, whatever happens to one.")
    private @Nullable Duration takeoverWithin;

    @Option(
            names = "--stop-within",
            paramLabel = "TIME",
            order = 51,
            converter = Converters.OfDuration.class,
            description = "Fail unless a node ends within this after a SIGTERM, such as terminationGracePeriodSeconds.")
    private @Nullable Duration stopWithin;

    @Option(names = "--connect", order = 52, description = "Also connect as a node does, and say what was found.")
    private boolean connect;

    @Option(names = "--json", order = 53, description = "Write JSON instead of text.")
    private boolean json;

    @Mixin
    private final Logging logging = new Logging();

    ExplainCommand(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    @Override
    public Integer call() throws InterruptedException {
        logging.configure();
        where.refuseLease(how);
        where.refuseLedger(how);
        Optional<Place> place =
                where.isGiven(environment) || connect ? Optional.of(where.place(environment)) : Optional.empty();
        Node node = how.node();
        Lease lease = how.lease();
        Guarantee guarantee = place.map(given -> given.guarantee(lease))
                .orElseGet(() -> where.isLocal() ? LocalLocks.GUARANTEE : new PostgresBounds(lease).guarantee(1));
        Explanation explanation = new Explanation(
                place.map(Place::toString).orElse("A Postgres that is not given yet"),
                where.namespace().name(),
                node.name(),
                guarantee,
                where.isLocal() ? null : new PostgresBounds(lease),
                child.grace(),
                new Explanation.Guarded(guard.onLoss(), guard.listen(where.isLocal())),
                null);
        refuse(Requirement.broken(explanation, takeoverWithin, stopWithin));
        if (connect) {
            explanation = explanation.with(find(place.orElseThrow(), node, lease));
            refuse(Requirement.broken(explanation, takeoverWithin, stopWithin));
        }
        out.println(json ? explanation.json() : explanation.text());
        return ExitStatus.OK;
    }

    private static void refuse(List<String> broken) {
        if (!broken.isEmpty()) {
            throw FailedException.usage(String.join(" ", broken));
        }
    }

    private Finding find(Place place, Node node, Lease lease) throws InterruptedException {
        try (Locks locks = place.open(where.namespace(), node, lease, how.ledger())) {
            Condition condition = settled(locks);
            if (condition.phase() != Phase.READY) {
                String problem = condition.problem().map(Problem::toString).orElse("The lock service does not answer.");
                throw new FailedException(
                        condition.phase() == Phase.REFUSED ? ExitStatus.REFUSED : ExitStatus.UNAVAILABLE, problem);
            }
            return new Finding(true, "The lock service accepts this node.", roundTrip(locks));
        }
    }

    /** The first that is not merely an attempt. */
    private static Condition settled(Locks locks) throws InterruptedException {
        CompletableFuture<Condition> news = new CompletableFuture<>();
        Subscription listening = locks.listen(condition -> tell(condition, news));
        try {
            tell(locks.condition(), news);
            return news.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing completes it so", e);
        } catch (TimeoutException e) {
            return locks.condition();
        } finally {
            listening.close();
        }
    }

    private static void tell(Condition condition, CompletableFuture<Condition> news) {
        if (condition.phase() != Phase.CONNECTING || condition.problem().isPresent()) {
            news.complete(condition);
        }
    }

    /** Of the quickest of a few questions. */
    private static @Nullable Duration roundTrip(Locks locks) throws InterruptedException {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < QUESTIONS; i++) {
            long asked = System.nanoTime();
            try {
                var unused = locks.holder(PROBE).toCompletableFuture().get(10, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                return null;
            }
            best = Math.min(best, System.nanoTime() - asked);
        }
        return Duration.ofNanos(best);
    }
}
