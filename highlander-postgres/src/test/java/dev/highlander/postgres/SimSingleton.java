package dev.highlander.postgres;

import dev.highlander.Highlander;
import dev.highlander.NotHeldException;
import dev.highlander.SimHighlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.lock.Key;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Shutdown;
import java.time.Duration;
import java.util.Optional;

/** One of a simulated process's singletons: the real core, with a simulated child. */
final class SimSingleton {
    private final SimWorld world;
    private final SimWeather weather;
    private final SimNode node;
    private final SimProcess process;
    private final SimJudge judge;
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
        this.key = key;
        this.locks = new SimLocks(talk, this, node.name(), time, node.lease());
    }

    void open() {
        Duration grace = Duration.ofMillis(1 + world.upTo(6000));
        Highlander highlander = SimHighlander.with(locks, world::uniform, () -> node.halts(process))
                .whenStuck(node.options().whenStuck())
                .standAside(Duration.ofNanos(2 * node.lease().nanos()));
        if (world.chance(0.5)) {
            highlander = highlander.restartInPlace(
                    world.below(4), Duration.ofNanos(node.lease().nanos()));
        }
        ChildSpec spec = highlander
                .child("child of " + key, this::startChild)
                .shutdown(world.chance(0.1) ? Shutdown.kill() : Shutdown.grace(grace));
        if (world.chance(0.3)) {
            spec = spec.expectProgress(Duration.ofNanos(3 * SimChild.REPORTS_EVERY));
        }
        singleton = highlander.start(key, spec);
    }

    private SimChild startChild(Term term) {
        SimHold hold = locks.latest();
        boolean again = child != null && child.hold() == hold;
        child = new SimChild(world, weather, process, judge, this, hold);
        judge.started(child, hold.startedEarly() ? Long.MAX_VALUE : hold.token(), again);
        child.live(term);
        return child;
    }

    Key key() {
        return key;
    }

    SimHold latestHold() {
        return locks.latest();
    }

    Optional<SimChild> child() {
        return Optional.ofNullable(child).filter(SimChild::isAlive);
    }

    boolean hasChild() {
        return singleton != null && singleton.state().hasChild();
    }

    /** Running, or stuck with its key kept, which beats two. */
    boolean isSettled() {
        return singleton.state() == State.RUNNING || singleton.state() == State.STUCK;
    }

    boolean isClosed() {
        return singleton.state() == State.CLOSED;
    }

    boolean makes(Mistake mistake) {
        return node.options().mistake() == mistake;
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
