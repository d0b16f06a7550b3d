package dev.highlander.supervisor;

import dev.highlander.supervisor.Member.Phase;
import dev.highlander.supervisor.Member.Traits;
import dev.highlander.supervisor.SupervisorMachine.Policy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Plausible mistakes in a supervisor's decisions, one in each; they are subclasses here, so none is in what is shipped. */
final class SupervisorMutants {
    private SupervisorMutants() {}

    /**
     * A mistake.
     *
     * @param machines decisions with it
     * @param faults whether the trees of bad children find it; else those that are held against the model
     * @param trees within how many trees it must be found
     */
    record Mutant(BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines, boolean faults, int trees) {}

    static Map<String, Mutant> all() {
        Map<String, Mutant> all = new LinkedHashMap<>();
        all.put("one for one restarts the others too", model(AlwaysAll::new, 1000));
        all.put("one for all restarts the later ones only", model(OneForAllAsRestForOne::new, 1000));
        all.put("one for all restarts none of the others", model(NobodyElse::new, 1000));
        all.put("rest for one restarts the earlier ones too", model(RestForOneAsOneForAll::new, 1000));
        all.put("allows one restart too many", model((p, c) -> new OtherWindow(p, c, 1, at -> at), 1000));
        all.put("allows one restart too few", model((p, c) -> new OtherWindow(p, c, -1, at -> at), 1000));
        all.put("never forgets a restart", model((p, c) -> new OtherWindow(p, c, 0, at -> 1L << 60), 2000));
        all.put("forgets restarts too soon", model((p, c) -> new OtherWindow(p, c, 0, at -> at / 2), 2000));
        all.put("does not count restarts", model(CountsNothing::new, 1000));
        all.put("starts the last first", model(LastFirst::new, 1000));
        all.put("stops the first first", model(FirstStopped::new, 1000));
        all.put("restarts what has completed", model(AlwaysAgain::new, 1000));
        all.put("restarts nothing that has failed", model(NeverAgain::new, 1000));
        all.put("restarts temporary children with the others", model(TemporaryAgain::new, 1000));
        all.put("restarts no completed child with the others", model(NotTheCompleted::new, 1000));
        all.put("shuts down when the first of all has ended", model(AnyForAll::new, 2000));
        all.put("never shuts itself down", model(NoShutdown::new, 1000));
        all.put("does not wait before a restart", model((p, c) -> new OtherWaits(p, c, wait -> 0), 1000));
        all.put("waits too long", model((p, c) -> new OtherWaits(p, c, wait -> wait * 2), 1000));
        all.put("waits the first wait only", model(NoGrowth::new, 2000));
        all.put("never begins with the first wait again", model(NoNewBeginning::new, 5000));
        all.put("lets the others not wait with it", model(OthersDoNotWait::new, 1000));
        all.put("starts while another is being started", faults(StartsTogether::new, 1000));
        all.put("starts while another is being stopped", faults(StartsBeforeStopped::new, 1000));
        all.put("starts a stuck child again", faults(StuckAgain::new, 2000));
        all.put("stops the first first, bad children", faults(FirstStopped::new, 1000));
        all.put("leaves all the time to the first that is stopped", faults(NoSharing::new, 1000));
        all.put("never kills", faults((p, c) -> new SupervisorMachine(p, graces(c, grace -> 1L << 60)), 1000));
        all.put("kills too soon", faults((p, c) -> new SupervisorMachine(p, graces(c, grace -> grace / 2)), 1000));
        all.put("never kills on a loss", faults(NoLoss::new, 1000));
        return all;
    }

    private static Mutant model(BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines, int trees) {
        return new Mutant(machines, false, trees);
    }

    private static Mutant faults(BiFunction<Policy, Collection<Traits>, SupervisorMachine> machines, int trees) {
        return new Mutant(machines, true, trees);
    }

    private static List<Traits> graces(Collection<Traits> children, LongUnaryOperator other) {
        UnaryOperator<Traits> change =
                t -> new Traits(t.slot(), t.id(), t.type(), t.restart(), other.applyAsLong(t.grace()), t.significant());
        return children.stream()
                .map(t -> t.type() == ChildType.WORKER && t.grace() > 0 ? change.apply(t) : t)
                .toList();
    }

    private static final class AlwaysAll extends SupervisorMachine {
        AlwaysAll(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        List<Member> restartedWith(Member cause) {
            return policy.strategy() == Strategy.ONE_FOR_ONE ? members.others(cause) : super.restartedWith(cause);
        }
    }

    private static final class OneForAllAsRestForOne extends SupervisorMachine {
        OneForAllAsRestForOne(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        List<Member> restartedWith(Member cause) {
            return policy.strategy() == Strategy.ONE_FOR_ALL ? members.after(cause) : super.restartedWith(cause);
        }
    }

    private static final class NobodyElse extends SupervisorMachine {
        NobodyElse(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        List<Member> restartedWith(Member cause) {
            return List.of();
        }
    }

    private static final class RestForOneAsOneForAll extends SupervisorMachine {
        RestForOneAsOneForAll(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        List<Member> restartedWith(Member cause) {
            return policy.strategy() == Strategy.REST_FOR_ONE ? members.others(cause) : super.restartedWith(cause);
        }
    }

    private static final class OtherWindow extends SupervisorMachine {
        private final RestartWindow other;

        OtherWindow(Policy policy, Collection<Traits> children, int more, LongUnaryOperator length) {
            super(policy, children);
            other = new RestartWindow(policy.maxRestarts() + more, length.applyAsLong(policy.window()));
        }

        @Override
        boolean isOneTooMany(long now) {
            return other.isOneTooMany(now);
        }
    }

    private static final class CountsNothing extends SupervisorMachine {
        CountsNothing(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean isOneTooMany(long now) {
            return false;
        }
    }

    private static final class LastFirst extends SupervisorMachine {
        LastFirst(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        @Nullable
        Member nextToStart(long now) {
            return members.last(member -> member.wanted && !member.isPresent() && !member.waits(now));
        }
    }

    private static final class FirstStopped extends SupervisorMachine {
        FirstStopped(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        @Nullable
        Member nextToStop() {
            return members.first(
                    member -> member.doomed && (member.phase == Phase.STARTING || member.phase == Phase.RUNNING));
        }
    }

    private static final class AlwaysAgain extends SupervisorMachine {
        AlwaysAgain(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean isRestarted(Member member, Exit exit) {
            return !member.isTemporary();
        }
    }

    private static final class NeverAgain extends SupervisorMachine {
        NeverAgain(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean isRestarted(Member member, Exit exit) {
            return member.traits.restart() == Restart.ALWAYS;
        }
    }

    private static final class TemporaryAgain extends SupervisorMachine {
        TemporaryAgain(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        void restartWith(Member other, long notBefore) {
            super.restartWith(other, notBefore);
            other.wanted = true;
        }
    }

    private static final class NotTheCompleted extends SupervisorMachine {
        NotTheCompleted(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        void restartWith(Member other, long notBefore) {
            if (other.isPresent() || other.wanted) {
                super.restartWith(other, notBefore);
            }
        }
    }

    private static final class AnyForAll extends SupervisorMachine {
        AnyForAll(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean isTimeToShutDown() {
            return policy.automaticShutdown() != AutomaticShutdown.NEVER;
        }
    }

    private static final class NoShutdown extends SupervisorMachine {
        NoShutdown(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean isTimeToShutDown() {
            return false;
        }
    }

    private static final class OtherWaits extends SupervisorMachine {
        private final LongUnaryOperator other;

        OtherWaits(Policy policy, Collection<Traits> children, LongUnaryOperator other) {
            super(policy, children);
            this.other = other;
        }

        @Override
        long backoff(Member cause, long now) {
            return other.applyAsLong(super.backoff(cause, now));
        }
    }

    private static final class NoGrowth extends SupervisorMachine {
        NoGrowth(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        long backoff(Member cause, long now) {
            cause.inARow = 0;
            return super.backoff(cause, now);
        }
    }

    private static final class NoNewBeginning extends SupervisorMachine {
        NoNewBeginning(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        long backoff(Member cause, long now) {
            cause.upSince = now;
            return super.backoff(cause, now);
        }
    }

    private static final class OthersDoNotWait extends SupervisorMachine {
        OthersDoNotWait(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        void restartWith(Member other, long notBefore) {
            super.restartWith(other, 0);
        }
    }

    private static final class StartsTogether extends SupervisorMachine {
        StartsTogether(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean holdsUpStarts(Member member) {
            return member.phase != Phase.STARTING && super.holdsUpStarts(member);
        }
    }

    private static final class StartsBeforeStopped extends SupervisorMachine {
        StartsBeforeStopped(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean holdsUpStarts(Member member) {
            return member.phase != Phase.STOPPING && !member.doomed && super.holdsUpStarts(member);
        }
    }

    private static final class StuckAgain extends SupervisorMachine {
        StuckAgain(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        boolean holdsUpStarts(Member member) {
            if (member.phase == Phase.STUCK && member.wanted) {
                member.phase = Phase.ABSENT; // it was killed, so it is gone
            }
            return super.holdsUpStarts(member);
        }
    }

    private static final class NoSharing extends SupervisorMachine {
        NoSharing(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        long share(long left) {
            return left;
        }
    }

    private static final class NoLoss extends SupervisorMachine {
        NoLoss(Policy policy, Collection<Traits> children) {
            super(policy, children);
        }

        @Override
        long share(long left) {
            return Long.MAX_VALUE;
        }
    }
}
