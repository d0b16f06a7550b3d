package dev.highlander.postgres;

import dev.highlander.Highlander;
import dev.highlander.NotHeldException;
import dev.highlander.SimHighlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Shutdown;
import java.time.Duration;
import java.util.Optional;

/** One of a simulated process's singletons: the real core, with a simulated child. */
final class SimSingleton {
    static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4));
    /** What a crash loop costs. */
    private static final Duration STAND_ASIDE = Duration.ofSeconds(5);

    static final Duration LONGEST_GRACE = Duration.ofSeconds(6);

    private final SimWorld world;
    private final SimWeather weather;
    private final SimNode node;
    private final SimProcess process;
    private final SimJudge judge;
    private final SimTalk talk;
    private final Key key;
    private final SimLocks locks;
    private Singleton singleton;
    private SimChild child;

    SimSingleton(
            SimWorld world,
            SimWeather weather,
            SimNode node,
            SimProcess process,
            SimJudge judge,
            SimTalk talk,
            SimTime time,
            Key key) {
        this.world = world;
        this.weather = weather;
        this.node = node;
        this.process = process;
        this.judge = judge;
        this.talk = talk;
        this.key = key;
        this.locks = new SimLocks(talk, this, node.name(), time, node.lease());
    }

    void open() {
        SimChance chance = process.chance();
        Duration grace = Duration.ofMillis(1 + chance.upTo(LONGEST_GRACE.toMillis() - 1));
        Highlander highlander = SimHighlander.with(locks, chance::uniform, () -> node.halts(process, locks.latest()))
                .whenStuck(node.options().whenStuck())
                .standAside(STAND_ASIDE)
                .backoff(BACKOFF);
        if (chance.chance(0.5)) {
            highlander = highlander.restartInPlace(
                    chance.below(4), Duration.ofNanos(node.lease().nanos()));
        }
        ChildSpec spec = highlander
                .child("child of " + key, this::startChild)
                .shutdown(chance.chance(0.1) ? Shutdown.kill() : Shutdown.grace(grace));
        if (chance.chance(0.3)) {
            spec = spec.expectProgress(Duration.ofNanos(3 * SimChild.REPORTS_EVERY));
        }
        singleton = highlander.start(key, spec);
        SimHighlander.leaveOut(singleton);
    }

    private SimChild startChild(Term term) {
        if (process.chance().chance(0.02) && !weather.isFair()) {
            throw new IllegalStateException("A child that does not come up.");
        }
        SimHold hold = locks.latest();
        child = new SimChild(world, weather, process, judge, this, hold);
        judge.started(child, hold.startedEarly() ? Long.MAX_VALUE : hold.token());
        child.live(term);
        return child;
    }

    Key key() {
        return key;
    }

    Lease lease() {
        return node.lease();
    }

    double clockRate() {
        return process.rate();
    }

    SimHold latestHold() {
        return locks.latest();
    }

    long latestTrust() {
        return talk.latestTrust();
    }

    Optional<SimChild> child() {
        return Optional.ofNullable(child).filter(SimChild::isAlive);
    }

    State state() {
        return singleton == null ? State.STANDBY : singleton.state();
    }

    /** Whether it makes no use of any hold. */
    boolean isIdle() {
        return state() == State.STANDBY || state() == State.CLOSED;
    }

    /** Whether a child was started under that hold. */
    boolean hasStarted(SimHold hold) {
        return child != null && child.hold() == hold;
    }

    /** Running, or stuck with its key kept, which beats two. */
    boolean isSettled() {
        return state() == State.RUNNING || state() == State.STUCK;
    }

    Mistake mistake() {
        return node.options().mistake();
    }

    void moment(Moment moment) {
        node.moment(moment);
    }

    void stepDown(Duration standAside) {
        singleton.stepDown(standAside);
    }

    /** Asks only: everything here is one thread. */
    void close() {
        singleton.close();
    }

    void releasing(SimHold hold) {
        child().filter(alive -> alive.hold() == hold).ifPresent(alive -> judge.releasedBeforeDown(alive));
    }

    /** Whether the child's own check would let it do a critical step. */
    boolean wouldLetAStepPass() {
        Optional<Term> term = singleton.term();
        if (term.isEmpty()) {
            return false;
        }
        try {
            term.get().ensureHeld();
            return true;
        } catch (NotHeldException refused) {
            return false;
        }
    }
}
