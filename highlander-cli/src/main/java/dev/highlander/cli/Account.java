package dev.highlander.cli;

import dev.highlander.Reason;
import dev.highlander.SingletonListener;
import dev.highlander.State;
import dev.highlander.Transition;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Phase;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Locks;
import dev.highlander.supervisor.CommandFailedException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Tells how a run goes: each change of state, what stands in the way, and who holds the key meanwhile. */
final class Account implements SingletonListener {
    /** What is over sooner is not worth a line. */
    private static final Duration BRIEF = Duration.ofMillis(300);

    private static final Duration ASK_AGAIN = Duration.ofSeconds(10);

    private final Narrator narrator;
    private final Locks locks;
    private final Key key;
    private final String program;
    private final boolean awaitsReady;

    private State state = State.CLOSED;
    private @Nullable Problem problem;
    private @Nullable Future<?> asking;
    private @Nullable String standingBy;

    Account(Narrator narrator, Locks locks, Key key, String program, boolean awaitsReady) {
        this.awaitsReady = awaitsReady;
        this.narrator = narrator;
        this.locks = locks;
        this.key = key;
        this.program = program;
    }

    @Override
    public void changed(Transition transition) {
        String term =
                transition.token().isPresent() ? " (term " + transition.token().getAsLong() + ")" : "";
        tellEnd(transition);
        enter(transition.to(), transition.reason(), term, details(transition));
    }

    /** Of a command that ended by itself, and is run again. */
    private void tellEnd(Transition transition) {
        if (transition.to() == State.STANDBY) {
            Throwable cause = transition.cause().orElse(null);
            String end = switch (transition.reason()) {
                case COMPLETED -> Run.ended(program, 0);
                case FAILED ->
                    cause instanceof CommandFailedException failed
                            ? Run.ended(program, failed.status())
                            : (cause == null ? program + " failed" : cause.getMessage()) + "; the key is released";
                case START_FAILED -> Run.notStarted(program, cause);
                default -> "";
            };
            if (!end.isEmpty()) {
                narrator.say(end + ", and wanted again after a pause", details(transition));
            }
        }
    }

    private static Map<String, Object> details(Transition transition) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("from", transition.from());
        details.put("state", transition.to());
        details.put("reason", transition.reason());
        transition.token().ifPresent(token -> details.put("token", token));
        return details;
    }

    /** The first state; the transitions come from then on. */
    synchronized void begin() {
        if (state == State.CLOSED) {
            enter(State.STANDBY, Reason.STOPPED, "", Map.of());
        }
    }

    private synchronized void enter(State next, Reason reason, String term, Map<String, ?> details) {
        State from = state;
        state = next;
        if (from == State.SETTLING) {
            narrator.endCountdown();
        }
        stopAsking();
        switch (next) {
            case STANDBY -> standBy(from, reason, details);
            case SETTLING -> settle();
            case RUNNING -> narrator.say("running " + program + term, details);
            case STOPPING -> narrator.say(why(reason) + "stopping " + program, details);
            case STUCK ->
                narrator.say(program + " has not ended although it was killed; waiting until it does", details);
            case STARTING -> {
                if (awaitsReady) {
                    narrator.say("starting " + program + term + "; waiting until it is ready", details);
                }
            }
            case CLOSED -> {}
        }
    }

    static String why(Reason reason) {
        return switch (reason) {
            case DISCONNECTED -> "lost the key, since the lock service is out of reach: ";
            case EXPIRED -> "lost the key, since it was not confirmed in time: ";
            case CONFLICT -> "lost the key, since another node holds it as well: ";
            case QUORUM -> "lost the key, since too few nodes can be reached: ";
            case REVOKED -> "lost the key, since the lock service took it away: ";
            default -> "";
        };
    }

    private void settle() {
        // Tells people how long it takes; when the command starts is decided elsewhere.
        locks.guarantee()
                .lease()
                .ifPresent(lease -> narrator.countDown(new Countdown(System.nanoTime(), settle(lease)), BRIEF));
    }

    private static Duration settle(Lease lease) {
        return Duration.ofNanos(lease.settle());
    }

    private void standBy(State from, Reason reason, Map<String, ?> details) {
        standingBy = null;
        if (from == State.SETTLING) {
            narrator.say(why(reason) + "standing by", details);
        } else if (from == State.STOPPING || from == State.STUCK) {
            narrator.say(program + " is stopped; standing by", details);
        }
        asking = narrator.every(BRIEF, ASK_AGAIN, this::askForHolder);
    }

    private void stopAsking() {
        if (asking != null) {
            asking.cancel(false);
            asking = null;
        }
    }

    private void askForHolder() {
        if (locks.condition().phase() == Phase.READY) {
            var unused = locks.holder(key).whenComplete((holder, unreachable) -> {
                if (holder != null) {
                    heard(holder);
                } // else the condition tells why
            });
        }
    }

    private synchronized void heard(Optional<Holder> holder) {
        String text = holder.map(Account::describe).orElse("");
        if (state == State.STANDBY && !text.equals(standingBy)) {
            if (!text.isEmpty() || standingBy == null) {
                narrator.say("standing by" + text);
            }
            standingBy = text;
        }
    }

    private static String describe(Holder holder) {
        return ": " + holder.node() + " holds the key"
                + holder.since()
                        .map(since -> " since " + since.truncatedTo(ChronoUnit.SECONDS))
                        .orElse("");
    }

    /** Each problem once, until it is over or another one comes. */
    synchronized void condition(Condition condition) {
        Problem present = condition.problem().orElse(null);
        if (present != null && !present.equals(problem)) {
            narrator.say(present.toString(), Map.of("code", present.code()));
            problem = present;
        } else if (condition.phase() == Phase.READY && problem != null) {
            narrator.say("the lock service can be used again");
            problem = null;
        }
    }
}
