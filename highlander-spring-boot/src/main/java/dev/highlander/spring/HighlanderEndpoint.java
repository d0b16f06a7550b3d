package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Who holds what, since when, and why it is not here; and stepping down, for those to whom {@code
 * management.endpoint.highlander.access=unrestricted} gives that. By default it can be read only.
 */
@Endpoint(id = "highlander", defaultAccess = Access.READ_ONLY)
public final class HighlanderEndpoint {
    /** For how many keys the lock service is asked who holds them, in one answer. */
    private static final int MOST_QUESTIONS = 50;

    private static final long PATIENCE_MILLIS = 2000;

    private final Locks locks;
    private final Highlander highlander;
    private final LocksWatch watch;
    private final LastTransitions last;

    HighlanderEndpoint(Locks locks, Highlander highlander, LocksWatch watch, LastTransitions last) {
        this.locks = locks;
        this.highlander = highlander;
        this.watch = watch;
        this.last = last;
    }

    /**
     * This instance and its singletons.
     *
     * @param node its name
     * @param locks how its lock service is
     * @param lease the length of the lease, if there is one
     * @param singletons all that are open, by key
     */
    public record Overview(
            String node, String locks, @Nullable String lease, List<SingletonReport> singletons) {}

    /** All singletons. Asks the lock service who holds those that are not here, up to 50, for two seconds at most. */
    @ReadOperation
    public Overview overview() {
        List<Singleton> all = highlander.singletons().stream()
                .sorted(Comparator.comparing(singleton -> singleton.key().toString()))
                .toList();
        Reachability.Verdict verdict = watch.verdict();
        return new Overview(
                locks.node().name(),
                verdict.text() + verdict.problem().map(problem -> " " + problem).orElse(""),
                locks.guarantee()
                        .lease()
                        .map(lease -> lease.length().toString())
                        .orElse(null),
                report(all));
    }

    /** The singletons under a key, of which there is one unless the application wraps a key twice; null if there is none. */
    @ReadOperation
    public @Nullable List<SingletonReport> singleton(@Selector String key) {
        List<Singleton> found = find(key);
        return found.isEmpty() ? null : report(found);
    }

    /**
     * Stops a singleton if it runs here, and leaves it to other instances for {@code standAside}; null if there is none under
     * the key. Returns at once.
     */
    @WriteOperation
    public @Nullable List<SingletonReport> stepDown(@Selector String key, Duration standAside) {
        List<Singleton> found = find(key);
        try {
            found.forEach(singleton -> singleton.stepDown(standAside));
        } catch (IllegalArgumentException e) {
            throw new InvalidEndpointRequestException(
                    String.valueOf(e.getMessage()), "standAside has to be a duration from 0s to 1d, such as 30s");
        }
        return found.isEmpty() ? null : report(found);
    }

    private List<Singleton> find(String key) {
        return highlander.singletons().stream()
                .filter(singleton -> singleton.key().toString().equals(key))
                .toList();
    }

    private List<SingletonReport> report(List<Singleton> singletons) {
        Map<Key, Holder> holders = holders(singletons);
        Reachability.Verdict verdict = watch.verdict();
        boolean ready = watch.isReady();
        List<SingletonReport> reports = new ArrayList<>();
        for (Singleton singleton : singletons) {
            reports.add(SingletonReport.of(
                    singleton,
                    new SingletonReport.Facts(
                            verdict,
                            ready,
                            locks.node().name(),
                            Optional.ofNullable(holders.get(singleton.key())),
                            last.of(singleton.key()))));
        }
        return reports;
    }

    private Map<Key, Holder> holders(List<Singleton> singletons) {
        Map<Key, CompletableFuture<Optional<Holder>>> asked = new HashMap<>();
        singletons.stream()
                .filter(singleton -> singleton.state() == State.STANDBY && watch.isReady())
                .limit(MOST_QUESTIONS)
                .forEach(singleton ->
                        asked.put(singleton.key(), locks.holder(singleton.key()).toCompletableFuture()));
        Map<Key, Holder> holders = new HashMap<>();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        asked.forEach((key, answer) -> {
            try {
                answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)
                        .ifPresent(holder -> holders.put(key, holder));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                // Not known: the report says how the lock service is.
            }
        });
        return holders;
    }
}
