package dev.highlander.spring;

import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.Transition;
import dev.highlander.lock.Holder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoint tells of one singleton.
 *
 * @param key what must be unique
 * @param child the id of what runs
 * @param here whether it runs on this instance
 * @param state its state on this instance
 * @param why in a sentence, why it does not run here, or since when it does
 * @param token the fencing token of the term on this instance
 * @param since when that term began
 * @param holder who holds the key, as far as the lock service knows
 * @param last what became of it last on this instance
 */
public record SingletonReport(
        String key,
        String child,
        boolean here,
        String state,
        String why,
        @Nullable Long token,
        @Nullable String since,
        @Nullable HolderReport holder,
        @Nullable TransitionReport last) {

    /**
     * Who holds a key.
     *
     * @param node the holder's name
     * @param address from where it is connected, if that is known
     * @param token of its term, if that is known
     * @param since when its term began, if that is known
     */
    public record HolderReport(
            String node,
            @Nullable String address,
            @Nullable Long token,
            @Nullable String since) {
        static HolderReport of(Holder holder) {
            return new HolderReport(
                    holder.node(),
                    holder.address().orElse(null),
                    holder.token().isPresent() ? holder.token().getAsLong() : null,
                    holder.since().map(Object::toString).orElse(null));
        }
    }

    /**
     * A step from one state to another.
     *
     * @param from the state left
     * @param to the state entered
     * @param reason why
     * @param at when
     * @param cause what went wrong, if something did
     */
    public record TransitionReport(
            String from,
            String to,
            String reason,
            String at,
            @Nullable String cause) {
        static TransitionReport of(Transition transition) {
            return new TransitionReport(
                    transition.from().name(),
                    transition.to().name(),
                    transition.reason().name(),
                    transition.at().toString(),
                    transition.cause().map(Object::toString).orElse(null));
        }
    }

    /**
     * What is known where the report is made.
     *
     * @param locks how the lock service is
     * @param node the name of this instance
     * @param holder who holds the key, if somebody does and it was asked for
     * @param last what became of the singleton last
     */
    record Facts(
            Reachability.Verdict locks,
            boolean ready,
            String node,
            Optional<Holder> holder,
            Optional<Transition> last) {}

    static SingletonReport of(Singleton singleton, Facts facts) {
        State state = singleton.state();
        Optional<Term> term = singleton.term();
        return new SingletonReport(
                singleton.key().toString(),
                singleton.whichChildren().get(0).id(),
                state == State.RUNNING,
                state.name(),
                why(state, singleton.settling(), singleton.standingAside(), term.map(Term::since), facts),
                term.map(Term::token).orElse(null),
                term.map(present -> present.since().toString()).orElse(null),
                facts.holder.map(HolderReport::of).orElse(null),
                facts.last.map(TransitionReport::of).orElse(null));
    }

    static String why(
            State state,
            Optional<Duration> settling,
            Optional<Duration> standingAside,
            Optional<Instant> since,
            Facts facts) {
        String because = facts.last.map(last -> ": " + last.reason().name()).orElse("");
        return switch (state) {
            case RUNNING -> "It runs here" + since.map(at -> " since " + at).orElse("") + ".";
            case STARTING -> "It is being started here.";
            case SETTLING ->
                "The key was granted to this instance, and it starts"
                        + settling.map(left -> " in " + seconds(left)).orElse("")
                        + ", when nothing of an earlier holder can still run.";
            case STOPPING -> "It is being stopped here" + because + ".";
            case STUCK -> "It ignores its stop, and keeps the key for as long as it goes on.";
            case CLOSED -> "It is over on this instance" + because + ".";
            case STANDBY -> whyStandby(standingAside, because, facts);
        };
    }

    private static String whyStandby(Optional<Duration> standingAside, String because, Facts facts) {
        if (standingAside.isPresent()) {
            return "This instance leaves it to others for " + seconds(standingAside.get()) + because + ".";
        }
        if (!facts.ready) {
            return facts.locks.text()
                    + facts.locks.problem().map(problem -> " " + problem).orElse("");
        }
        if (facts.holder.isPresent()) {
            String holder = facts.holder.get().node();
            return holder.equals(facts.node)
                    ? "Something else on this instance holds the key."
                    : holder + " holds the key.";
        }
        return "This instance waits for the key to be granted.";
    }

    private static String seconds(Duration left) {
        return (left.toMillis() + 999) / 1000 + " s";
    }
}
