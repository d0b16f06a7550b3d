package dev.highlander.drills;

import dev.highlander.lock.Bounds.Mishap;
import dev.highlander.lock.Guarantee;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The longest takeovers that were measured, beside the bounds that were promised.
 *
 * <p>What is measured counts from the fault; the bound of a silence counts from the last check before it, which is up to a
 * heartbeat earlier.
 */
public final class BoundsKept {
    private final Guarantee guarantee;
    private final Map<Mishap, Duration> longest = new EnumMap<>(Mishap.class);

    private BoundsKept(Guarantee guarantee) {
        this.guarantee = guarantee;
    }

    /** Of the faults whose beginning is that of the time that is bounded. */
    public static BoundsKept of(Verdict verdict, Guarantee guarantee) {
        BoundsKept kept = new BoundsKept(guarantee);
        for (Takeover takeover : verdict.takeovers()) {
            Optional<Mishap> mishap = mishap(takeover.fault());
            OptionalLong took = takeover.took();
            if (takeover.hit() && mishap.isPresent() && took.isPresent()) {
                kept.longest.merge(
                        mishap.get(),
                        Duration.ofNanos(took.getAsLong()),
                        (one, other) -> one.compareTo(other) > 0 ? one : other);
            }
        }
        return kept;
    }

    private static Optional<Mishap> mishap(Fault fault) {
        return switch (fault) {
            case SIGKILL -> Optional.of(Mishap.CRASH);
            case FREEZE_NODE, FREEZE_GROUP -> Optional.of(Mishap.HANG);
            case SILENCE, SILENCE_TO_SERVER, SILENCE_FROM_SERVER -> Optional.of(Mishap.PARTITION);
            default -> Optional.empty();
        };
    }

    /** Of what there were measurements. */
    public Set<Mishap> checked() {
        return longest.keySet();
    }

    /** Where a measurement is beyond its bound by more than 5 % and {@code grace}. */
    public List<String> broken(Duration grace) {
        List<String> broken = new ArrayList<>();
        longest.forEach((mishap, measured) -> {
            Duration bound = bound(mishap);
            if (measured.compareTo(bound.multipliedBy(105).dividedBy(100).plus(grace)) > 0) {
                broken.add(line(mishap, measured));
            }
        });
        return broken;
    }

    private Duration bound(Mishap mishap) {
        return guarantee
                .bounds()
                .takeoverAfter(mishap)
                .orElseThrow(() -> new IllegalArgumentException("There is no bound for " + mishap + "."));
    }

    private String line(Mishap mishap, Duration measured) {
        return mishap + ": measured " + measured.toMillis() + " ms at most, promised "
                + bound(mishap).toMillis() + " ms";
    }

    @Override
    public String toString() {
        return longest.entrySet().stream()
                .map(each -> line(each.getKey(), each.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
