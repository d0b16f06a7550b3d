package dev.highlander.cli;

import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Phase;
import dev.highlander.lock.Condition.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether to give up on a lock service that could not be used yet. Once it could, nothing is given up any more,
 * however long an outage lasts.
 */
final class FirstConnection {
    /** Refusals that are over when a failover is, or when others have left: worth waiting for. */
    private static final Set<String> PASSING =
            Set.of("IN_RECOVERY", "READ_ONLY", "TOO_MANY_CONNECTIONS", "LOCK_TABLE_FULL");

    /**
     * Why it is given up.
     *
     * @param status to exit with
     * @param message for the user, empty if the problem itself says it all
     */
    record GivenUp(int status, String message) {}

    private final Duration limit;
    private final CompletableFuture<Optional<GivenUp>> decided = new CompletableFuture<>();
    private volatile @Nullable Problem last;

    /** {@code limit} is how long to try; zero for ever. */
    FirstConnection(Duration limit) {
        this.limit = limit;
    }

    /** From now on the time counts. */
    void begin() {
        if (!limit.isZero()) {
            CompletableFuture.delayedExecutor(limit.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(this::timeOut);
        }
    }

    void condition(Condition condition) {
        condition.problem().ifPresent(problem -> last = problem);
        if (condition.phase() == Phase.READY) {
            decided.complete(Optional.empty());
        } else if (condition.phase() == Phase.REFUSED && !limit.isZero() && !passes(condition)) {
            decided.complete(Optional.of(new GivenUp(ExitStatus.REFUSED, "")));
        }
    }

    private static boolean passes(Condition refusal) {
        return refusal.problem().map(Problem::code).filter(PASSING::contains).isPresent();
    }

    /** The time is over. */
    void timeOut() {
        Problem problem = last;
        decided.complete(Optional.of(new GivenUp(
                ExitStatus.UNAVAILABLE,
                "gave up, since the lock service could not be used within " + Durations.words(limit)
                        + (problem == null ? "" : " [" + problem.code() + "]")
                        + ". Put that right, or give --connect-timeout more time, or 0 to try for ever.")));
    }

    /** Completes, always normally and once: with nothing when the lock service can be used. */
    CompletionStage<Optional<GivenUp>> decided() {
        return decided;
    }
}
