package dev.highlander.postgres;

import dev.highlander.Term;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A child that runs until it is stopped, or ends by itself; it may take its time, and may ignore stop and kill. */
final class SimChild implements Child {
    static final long REPORTS_EVERY = SimWorld.SECOND;
    static final long SLOWEST_START = 2 * SimWorld.SECOND;

    private final SimWorld world;
    private final SimWeather weather;
    private final SimProcess process;
    private final SimJudge judge;
    private final SimSingleton singleton;
    private final SimHold hold;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final boolean ignoresKill;
    private final long startTakes;
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
        this.weather = weather;
        this.process = process;
        this.judge = judge;
        this.singleton = singleton;
        this.hold = hold;
        SimChance chance = process.chance();
        this.ignoresStop = chance.chance(weather.isWorst() ? 1 : weather.isGrudging() ? 0.9 : 0.25);
        this.ignoresKill = chance.chance(weather.isWorst() ? 1 : weather.isGrudging() ? 0.5 : 0.08);
        this.startTakes = chance.chance(0.7) ? 0 : chance.upTo(SLOWEST_START);
        this.stopTakes = chance.upTo(chance.chance(0.6) ? 50 * SimWorld.MILLI : 2 * SimWorld.SECOND);
        this.killTakes = chance.upTo(250 * SimWorld.MILLI);
        this.startedAt = world.now();
    }

    /** It comes up, and it ends by itself some day, perhaps, or hangs. */
    void live(Term term) {
        singleton.moment(Moment.STARTING);
        if (startTakes == 0) {
            up();
        } else {
            world.at(world.now() + startTakes, process, this::up);
        }
        if (process.chance().chance(0.1)) {
            world.at(world.now() + lifetime(), process, () -> {
                if (!weather.isFair()) {
                    down();
                }
            });
        }
        long hangsAt = process.chance().chance(0.1) ? world.now() + lifetime() : Long.MAX_VALUE;
        report(term, hangsAt);
    }

    private long lifetime() {
        return process.chance().upTo(process.chance().chance(0.5) ? SimWorld.SECOND / 10 : 20 * SimWorld.SECOND);
    }

    private void report(Term term, long until) {
        if (isAlive() && (world.now() < until || weather.isFair())) {
            term.progress();
            world.at(world.now() + REPORTS_EVERY, process, () -> report(term, until));
        }
    }

    private void up() {
        if (alive) {
            started.complete(null);
            singleton.moment(Moment.STARTED);
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

    /** When it must be down, in true time. */
    long trueDeadBy() {
        return hold.trueDeadBy();
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

    private void say(String what) {
        if (world.isTracing()) {
            world.say(process.name(), what);
        }
    }

    private void down() {
        if (alive) {
            alive = false;
            judge.ended(this);
            ended.complete(asked || killed ? Exit.stopped() : Exit.completed());
        }
    }

    @Override
    public CompletionStage<Void> started() {
        return started;
    }

    @Override
    public CompletionStage<Exit> ended() {
        return ended;
    }

    @Override
    public void stop(StopReason why, long killBy) {
        if (hold.makes(Mistake.RELEASES_WHEN_THE_STOP_BEGINS)) {
            hold.releaseEarly();
        }
        say("asked to stop " + hold.key() + ": " + why);
        if (!asked && !ignoresStop) {
            dieIn(stopTakes);
        }
        asked = true;
        singleton.moment(Moment.STOPPING);
    }

    /**
     * After a freeze there may be less time left than a kill takes. That a kill works at once then is what the promise
     * assumes: a process that was frozen for longer than its lease may do one step, not more.
     */
    @Override
    public void kill(StopReason why) {
        if (hold.makes(Mistake.RELEASES_WHEN_THE_KILL_IS_SENT)) {
            hold.releaseEarly();
        }
        say("kills " + hold.key() + ": " + why);
        if (!killed && !ignoresKill) {
            long left = trueDeadBy() - world.now() - SimWorld.MILLI;
            dieIn(process.isCalm() ? Math.max(0, Math.min(killTakes, left)) : killTakes);
        }
        killed = true;
        singleton.moment(Moment.KILLED);
    }
}
