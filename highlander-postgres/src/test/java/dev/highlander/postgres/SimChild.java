package dev.highlander.postgres;

import dev.highlander.Term;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A child that runs until it is stopped, or ends by itself; it may take its time, and may ignore stop and kill. */
final class SimChild implements Child {
    static final long REPORTS_EVERY = SimWorld.SECOND;

    private final SimWorld world;
    private final SimProcess process;
    private final SimJudge judge;
    private final SimSingleton singleton;
    private final SimHold hold;
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final boolean ignoresKill;
    private final long stopTakes;
    private final long killTakes;
    private final long startedAt;
    private boolean ignoresStop;
    private boolean asked;
    private boolean killed;
    private boolean alive = true;

    SimChild(
            SimWorld world,
            SimWeather weather,
            SimProcess process,
            SimJudge judge,
            SimSingleton singleton,
            SimHold hold) {
        this.world = world;
        this.process = process;
        this.judge = judge;
        this.singleton = singleton;
        this.hold = hold;
        this.ignoresStop = world.chance(weather.isGrudging() ? 0.9 : 0.25);
        this.ignoresKill = world.chance(weather.isGrudging() ? 0.5 : 0.08);
        this.stopTakes = world.upTo(world.chance(0.6) ? 50 * SimWorld.MILLI : 2 * SimWorld.SECOND);
        this.killTakes = world.upTo(250 * SimWorld.MILLI);
        this.startedAt = world.now();
    }

    /** It ends by itself some day, perhaps, or hangs. */
    void live(Term term) {
        if (world.chance(0.1)) {
            dieIn(world.upTo(world.chance(0.5) ? SimWorld.SECOND / 10 : 20 * SimWorld.SECOND));
        }
        long hangsAt = world.chance(0.1) ? world.now() + world.upTo(20 * SimWorld.SECOND) : Long.MAX_VALUE;
        report(term, hangsAt);
    }

    private void report(Term term, long until) {
        if (isAlive() && world.now() < until) {
            term.progress();
            world.at(world.now() + REPORTS_EVERY, process, () -> report(term, until));
        }
    }

    SimProcess process() {
        return process;
    }

    SimSingleton singleton() {
        return singleton;
    }

    SimHold hold() {
        return hold;
    }

    boolean isAlive() {
        return alive && !process.isDead();
    }

    /** Whether it does anything now. */
    boolean isActive() {
        return isAlive() && !process.isFrozen();
    }

    /** Whether it was there before this very moment. */
    boolean isOlderThanNow() {
        return startedAt < world.now();
    }

    void becomeStubborn() {
        ignoresStop = true;
    }

    /** It ends by itself. */
    void endByItself() {
        dieIn(0);
    }

    private void dieIn(long delay) {
        world.at(world.now() + delay, process, this::down);
    }

    private void down() {
        if (alive) {
            alive = false;
            judge.ended(this);
            ended.complete(asked || killed ? Exit.stopped() : Exit.completed());
        }
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended;
    }

    @Override
    public void stop(StopReason why, long killBy) {
        if (singleton.makes(Mistake.RELEASES_WHEN_THE_STOP_BEGINS)) {
            hold.releaseEarly();
        }
        if (!asked && !ignoresStop) {
            dieIn(stopTakes);
        }
        asked = true;
    }

    /**
     * After a freeze there may be less time left than a kill takes. That a kill works at once then is what the promise
     * assumes: a process that was frozen for longer than its lease may do one step, not more.
     */
    @Override
    public void kill(StopReason why) {
        if (!killed && !ignoresKill) {
            long left = process.whenItIs(hold.trueDeadBy()) - world.now() - SimWorld.MILLI;
            dieIn(process.isCalm() ? Math.max(0, Math.min(killTakes, left)) : killTakes);
        }
        killed = true;
    }
}
