package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimOptions.Beyond;
import dev.highlander.postgres.SimOptions.Mistake;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** A node: its process, which ends and is started again, and its network. */
final class SimNode {
    private final SimWorld world;
    private final SimWeather weather;
    private final SimServer server;
    private final SimJudge judge;
    private final SimOptions options;
    private final Lease lease;
    private final SimKeeping keeping;
    private final String name;
    private final List<Key> keys;
    private final List<SimLink> network = new ArrayList<>();
    private final List<SimSingleton> singletons = new ArrayList<>();
    private BiConsumer<Moment, SimNode> moments = (moment, node) -> {};
    private boolean cutUp;
    private boolean cutDown;
    private long runs;
    private SimProcess process;
    private SimTalk talk;
    private PostgresProtocol protocol;

    SimNode(
            SimWorld world,
            SimWeather weather,
            SimServer server,
            SimJudge judge,
            SimOptions options,
            SimKeeping keeping,
            String name,
            List<Key> keys) {
        this.world = world;
        this.weather = weather;
        this.server = server;
        this.judge = judge;
        this.options = options;
        this.keeping = keeping;
        this.name = name;
        this.lease = keeping.leaseOf(name);
        this.keys = keys;
    }

    /** Tells {@code who} of each moment that a fault may wait for. */
    void onMoment(BiConsumer<Moment, SimNode> who) {
        moments = who;
    }

    void moment(Moment moment) {
        moments.accept(moment, this);
    }

    String name() {
        return name;
    }

    Lease lease() {
        return lease;
    }

    SimOptions options() {
        return options;
    }

    boolean makes(Mistake mistake) {
        return options.mistake() == mistake;
    }

    List<SimLink> network() {
        return network;
    }

    boolean isCut(boolean upwards) {
        return upwards ? cutUp : cutDown;
    }

    boolean isUp() {
        return process != null;
    }

    boolean isFrozen() {
        return process != null && process.isFrozen();
    }

    List<SimSingleton> singletons() {
        return singletons;
    }

    boolean hasChild() {
        return singletons.stream().anyMatch(singleton -> singleton.child().isPresent());
    }

    List<Key> keys() {
        return keys;
    }

    /** What its session does, while it is up. */
    SimTalk talk() {
        return talk;
    }

    PostgresProtocol protocol() {
        return protocol;
    }

    void connecting() {
        moment(Moment.CONNECTING);
    }

    void start() {
        if (process != null || !options.has(name)) {
            return;
        }
        say("process starts");
        process = new SimProcess(world, weather, name, world.chances(name, ++runs), lease.nanos());
        SimTime time = new SimTime(world, process, options.mistake());
        boolean stranger = makes(Mistake.LETS_A_NODE_IN_THAT_KEEPS_NO_LEDGER) && name.equals("node-1");
        SimMember member = stranger ? keeping.stranger(name) : keeping.member(name, world.now());
        protocol = options.protocol().make(lease, member.leaseLock(), process.chance()::uniform);
        talk = new SimTalk(world, weather, server, this, process, time, member, protocol, this::asking);
        singletons.clear();
        for (Key key : keys) {
            singletons.add(new SimSingleton(world, weather, this, process, judge, talk, time, key));
        }
        talk.connect();
        singletons.forEach(SimSingleton::open);
    }

    private void asking(Request request) {
        if (request instanceof Request.Run run && makes(Mistake.STARTS_WHEN_RUN_IS_SENT)) {
            singletons.stream()
                    .map(SimSingleton::latestHold)
                    .filter(hold -> hold != null && run.locks().contains(lockOf(hold)))
                    .forEach(SimHold::startEarly);
        }
    }

    private static LockId lockOf(SimHold hold) {
        return LockId.of(hold.key(), Namespace.DEFAULT);
    }

    /** The process ends; its socket is closed with it, unless the whole machine is gone. */
    void die(boolean machineToo, String how) {
        if (process == null) {
            return;
        }
        fault(how);
        if (!machineToo) {
            talk.hangUp();
        }
        process.die();
        judge.died(process);
        process = null;
        singletons.clear();
    }

    /** The process has begun to halt: it is gone before the lease ends, and is started again later. */
    void halts(SimProcess which, SimHold hold) {
        fault("begins to halt");
        long takes = which.isCalm() ? 0 : which.chance().upTo(lease.margin() * 8 / 10);
        if (makes(Mistake.HALTS_WHEN_THE_LEASE_ENDS)) {
            takes += Math.max(0, hold.trueDeadBy() - world.now());
        }
        world.at(world.now() + takes, () -> {
            if (process == which) {
                die(false, "halted");
                world.at(world.now() + which.chance().upTo(RESTART), this::start);
            }
        });
    }

    /** How long at most until somebody starts it again after it has halted itself. */
    static final long RESTART = 5 * SimWorld.SECOND;

    void freeze() {
        if (process != null && !process.isFrozen()) {
            fault("FROZEN");
            process.freeze();
        }
    }

    void suspend() {
        if (process != null && !process.isFrozen()) {
            fault("SUSPENDED");
            process.suspend(options.beyond() != Beyond.UNSEEN_SUSPENDS);
        }
    }

    void thaw() {
        if (isFrozen()) {
            fault("RESUMES");
            process.thaw(options.beyond() != Beyond.UNSEEN_SUSPENDS);
            judge.thawed(process);
        }
    }

    void setClock(long by) {
        if (process != null) {
            fault("its wall clock is set by " + by / SimWorld.MILLI + " ms");
            process.setWall(by);
        }
    }

    void cut(boolean upwards, boolean downwards) {
        fault("CUT" + (upwards ? " up" : "") + (downwards ? " down" : ""));
        cutUp |= upwards;
        cutDown |= downwards;
    }

    void heal() {
        if (cutUp || cutDown) {
            fault("HEALED");
            cutUp = false;
            cutDown = false;
            List.copyOf(network).forEach(SimLink::flow);
        }
    }

    private void fault(String what) {
        if (world.isTracing()) {
            world.fault(name, what);
        }
    }

    private void say(String what) {
        if (world.isTracing()) {
            world.say(name, what);
        }
    }
}
