package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.SimOptions.Mistake;
import java.util.ArrayList;
import java.util.List;

/** A node: its process, which ends and is started again, and its network. */
final class SimNode {
    private final SimWorld world;
    private final SimWeather weather;
    private final SimServer server;
    private final SimJudge judge;
    private final SimOptions options;
    private final Lease lease;
    private final LockId leaseLock;
    private final String name;
    private final List<Key> keys;
    private final List<SimLink> network = new ArrayList<>();
    private final List<SimSingleton> singletons = new ArrayList<>();
    private boolean cutUp;
    private boolean cutDown;
    private SimProcess process;
    private SimTalk talk;

    SimNode(
            SimWorld world,
            SimWeather weather,
            SimServer server,
            SimJudge judge,
            SimOptions options,
            Lease lease,
            LockId leaseLock,
            String name,
            List<Key> keys) {
        this.world = world;
        this.weather = weather;
        this.server = server;
        this.judge = judge;
        this.options = options;
        this.lease = lease;
        this.leaseLock = leaseLock;
        this.name = name;
        this.keys = keys;
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

    void start() {
        if (process != null) {
            return;
        }
        say("process starts");
        process = new SimProcess(world, name, weather.rate(), lease.nanos());
        SimTime time = new SimTime(world, process);
        PostgresProtocol protocol = options.protocol().make(lease, leaseLock, world::uniform);
        talk = new SimTalk(world, weather, server, this, process, time, lease, protocol, this::asking);
        singletons.clear();
        for (Key key : keys) {
            singletons.add(new SimSingleton(world, weather, this, process, judge, talk, time, key));
        }
        talk.connect();
        singletons.forEach(SimSingleton::open);
    }

    private void asking(Request request) {
        if (request instanceof Request.Run run && options.mistake() == Mistake.STARTS_WHEN_RUN_IS_SENT) {
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
    void halts(SimProcess which) {
        fault("begins to halt");
        long takes = which.isCalm() ? 0 : world.upTo(lease.margin() * 8 / 10);
        world.at(world.now() + takes, () -> {
            if (process == which) {
                die(false, "halted");
                world.at(world.now() + world.upTo(5 * SimWorld.SECOND), this::start);
            }
        });
    }

    void freeze() {
        if (process != null && !process.isFrozen()) {
            fault("FROZEN");
            process.freeze();
        }
    }

    void thaw() {
        if (isFrozen()) {
            fault("THAWED");
            process.thaw();
            judge.thawed(process);
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
            network.forEach(SimLink::flow);
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
