package dev.highlander.cli;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a guard does about its orders and the time; no threads, no I/O, no clock. The orders are those of {@code guard.sh},
 * but that after {@code done} the word of another term may follow. Times are hundredths of a second of the machine's uptime.
 */
final class GuardMachine {
    /** What a killed wrapper was about to start is not seen until it is there. */
    static final long LATE_START = 200;

    private static final long LATE_LOOK = 2;
    private static final long NEVER = Long.MAX_VALUE;

    /**
     * What is guarded in a term.
     *
     * @param cookie its word in the environment of its processes
     * @param wrapper the process id of who gives the orders, where there is a control group
     * @param group the control group of the command
     * @param namespace whether the command is in a process id namespace
     * @param command the process id of the command; empty before it is known, and once it was killed or has ended
     */
    record Quarry(
            String cookie, OptionalLong wrapper, @Nullable String group, boolean namespace, OptionalLong command) {}

    /** What is to be done, in this order. */
    sealed interface Step {
        /** The time of the term is over; that is told to whoever gives the orders. */
        record Expired() implements Step {}

        /** Kill, until nothing of it is left. */
        record Kill(Quarry quarry) implements Step {}

        /** Give back what an empty term leaves. */
        record Tidy(Quarry quarry) implements Step {}

        /** End this process. */
        record End() implements Step {}
    }

    private @Nullable Quarry quarry;
    private boolean starting;
    private boolean expired;
    private long due = NEVER;
    private long lateUntil = NEVER;
    private long lookAt = NEVER;

    /** An order. */
    List<Step> order(String line, long now) {
        Quarry present = quarry;
        if (present == null) {
            quarry = new Quarry(line, OptionalLong.empty(), null, false, OptionalLong.empty());
            return List.of();
        }
        int space = line.indexOf(' ');
        String word = space < 0 ? line : line.substring(0, space);
        String value = space < 0 ? "" : line.substring(space + 1);
        if (word.equals("done")) {
            quarry = null;
            starting = false;
            expired = false;
            due = NEVER;
            return List.of(new Step.Tidy(present));
        }
        quarry = learn(present, word, value);
        // Before a new deadline is taken: one that comes after the old one has passed comes too late.
        List<Step> steps = at(now);
        if (word.equals("until") && steps.isEmpty() && !expired) {
            due = number(value).orElse(due);
            return at(now);
        }
        return expired && steps.isEmpty() ? List.of(kill()) : steps;
    }

    private Quarry learn(Quarry known, String word, String value) {
        switch (word) {
            case "group" -> {
                int space = value.indexOf(' ');
                return new Quarry(
                        known.cookie,
                        number(value.substring(0, Math.max(0, space))),
                        value.substring(space + 1),
                        known.namespace,
                        known.command);
            }
            case "namespace" -> {
                return new Quarry(known.cookie, known.wrapper, known.group, true, known.command);
            }
            case "starting" -> starting = true;
            case "started" -> {
                starting = false;
                return command(known, number(value));
            }
            case "ended" -> {
                return command(known, OptionalLong.empty());
            }
            default -> {} // a deadline, or what another version knows
        }
        return known;
    }

    private static Quarry command(Quarry known, OptionalLong command) {
        return new Quarry(known.cookie, known.wrapper, known.group, known.namespace, command);
    }

    private static OptionalLong number(String text) {
        return text.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private Step kill() {
        Quarry present = quarry;
        if (present == null) {
            throw new IllegalStateException("There is nothing to kill.");
        }
        quarry = command(present, OptionalLong.empty()); // found once, and then dead: its number may be another's
        return new Step.Kill(present);
    }

    /** The time goes on. */
    List<Step> at(long now) {
        if (now >= lateUntil) {
            return end();
        }
        if (now >= lookAt) {
            lookAt = now + LATE_LOOK;
            return List.of(kill());
        }
        if (now < due || expired) {
            return List.of();
        }
        expired = true;
        return List.of(new Step.Expired(), kill());
    }

    /** No more orders come: whoever gave them is dead. */
    List<Step> orphaned(long now) {
        if (quarry == null) {
            return List.of(new Step.End());
        }
        due = NEVER;
        if (!starting) {
            return end();
        }
        lateUntil = now + LATE_START;
        lookAt = now + LATE_LOOK;
        return List.of(kill());
    }

    private List<Step> end() {
        Quarry present = quarry;
        return present == null ? List.of(new Step.End()) : List.of(kill(), new Step.Tidy(present), new Step.End());
    }

    /** When {@link #at} is to be called if no order comes before. */
    long wakeAt() {
        return lateUntil != NEVER ? Math.min(lookAt, lateUntil) : expired ? NEVER : due;
    }
}
