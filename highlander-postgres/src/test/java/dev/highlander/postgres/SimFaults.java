package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.postgres.SimFault.Kind;
import dev.highlander.postgres.SimFault.Moment;
import dev.highlander.postgres.SimPacket.Mishap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What goes wrong in one run, and when; also what users do. Each fault has a name and chances of its own, so that a run can
 * be repeated without it.
 *
 * <p>Some are planned: {@code f3} comes at its time, or at its moment, of whichever node comes to that first. Others are
 * spite: {@code node-2@37} comes right after the 37th statement of that node was done, and before the node knows.
 */
final class SimFaults {
    private static final List<Kind> PLANNED = List.of(
            Kind.CUT,
            Kind.CUT_ONE_WAY,
            Kind.LOSE_MESSAGES,
            Kind.RESET,
            Kind.FREEZE,
            Kind.FREEZE,
            Kind.SUSPEND,
            Kind.SUSPEND,
            Kind.SET_CLOCK,
            Kind.KILL,
            Kind.KILL_MACHINE,
            Kind.CLOSE,
            Kind.STEP_DOWN,
            Kind.STEP_DOWN,
            Kind.STEP_DOWN,
            Kind.END_CHILD,
            Kind.END_SESSION,
            Kind.SEVER,
            Kind.SEVER,
            Kind.SEVER,
            Kind.DROP_LOCKS,
            Kind.DROP_LOCKS,
            Kind.DEAFEN,
            Kind.FAIL_STATEMENT,
            Kind.WARN,
            Kind.STOP_SERVER,
            Kind.CRASH_SERVER,
            Kind.PROMOTE,
            Kind.SET_SERVER_CLOCK);

    private static final List<Moment> MOMENTS = List.of(Moment.values());

    /** A fault that waits for its moment. */
    private static final class Aimed {
        private final Moment moment;
        private final long delay;
        private final Fault fault;
        private int times;

        Aimed(Moment moment, int times, long delay, Fault fault) {
            this.moment = moment;
            this.times = times;
            this.delay = delay;
            this.fault = fault;
        }
    }

    private record Fault(String name, Kind kind, SimChance chance) {}

    private final SimWorld world;
    private final SimWeather weather;
    private final SimServer server;
    private final SimJudge judge;
    private final List<SimNode> nodes;
    private final SimOptions options;
    private final SimCells cells;
    private final long lease;
    private final SimKeeping keeping;
    private final List<Aimed> aimed = new ArrayList<>();
    private final Map<String, String> struck = new LinkedHashMap<>();
    private final Map<String, Long> statements = new LinkedHashMap<>();
    private long quietAt;
    private boolean over;

    SimFaults(
            SimWorld world,
            SimWeather weather,
            SimServer server,
            SimJudge judge,
            List<SimNode> nodes,
            SimOptions options,
            SimCells cells,
            Lease lease,
            SimKeeping keeping) {
        this.world = world;
        this.weather = weather;
        this.server = server;
        this.judge = judge;
        this.nodes = nodes;
        this.options = options;
        this.cells = cells;
        this.lease = lease.nanos();
        this.keeping = keeping;
        nodes.forEach(node -> node.onMoment(this::moment));
        server.watchedBy(new SimServer.Watcher() {
            @Override
            public Mishap executed(SimServer.Backend session, Request request) {
                return SimFaults.this.executed(session, request);
            }

            @Override
            public void announced(SimServer.Backend session, LockId lock) {
                judge.announced(session, lock);
            }

            @Override
            public void givenBack(SimServer.Backend session, LockId lock) {
                judge.givenBack(session, lock);
            }

            @Override
            public void takenTwice(SimServer.Backend session, LockId lock) {
                judge.takenTwice(session);
            }
        });
    }

    /** Each at a time or a moment of its own before {@code end}. */
    void plan(SimChance plan, int count, long end) {
        for (int i = 1; i <= count; i++) {
            Kind any = plan.oneOf(PLANNED);
            SimOptions.Aim aim = options.aim();
            Kind kind = aim == null ? any : aim.kind();
            Fault fault = new Fault("f" + i, kind, world.chances("fault", i));
            boolean waits = plan.chance(0.4) || aim != null;
            long when = plan.upTo(end);
            Moment one = plan.oneOf(MOMENTS);
            Moment moment = aim == null ? one : aim.moment();
            int times = 1 + plan.below(plan.chance(0.5) ? 2 : 8);
            long delay = plan.chance(0.5) ? plan.upTo(3 * SimWorld.MILLI) : plan.upTo(lease / 4);
            if (!options.has(fault.name)) {
                continue;
            }
            if (waits) {
                world.at(when / 2, () -> aimed.add(new Aimed(moment, times, delay, fault)));
            } else {
                world.at(when, () -> strike(fault, null));
            }
        }
    }

    private void moment(Moment moment, SimNode node) {
        if (over || aimed.isEmpty()) {
            return;
        }
        for (Aimed one : List.copyOf(aimed)) {
            if (one.moment == moment && --one.times == 0) {
                aimed.remove(one);
                world.at(world.now() + one.delay, () -> strike(one.fault, node));
            }
        }
    }

    /** A statement was done: may be the moment that something waits for, and a good one for spite. */
    private Mishap executed(SimServer.Backend session, Request request) {
        Optional<SimNode> known = nodeOf(session.node());
        if (known.isEmpty()) {
            return Mishap.NONE;
        }
        SimNode node = known.get();
        if ((session.holdsAny() && !(request instanceof Request.Open)) || request instanceof Request.Unlock) {
            node.moment(Moment.after(request));
        }
        return weather.isSpiteful() && session.holdsAny() ? spite(session, request, node) : Mishap.NONE;
    }

    private Mishap spite(SimServer.Backend session, Request request, SimNode node) {
        long number = statements.merge(node.name(), 1L, Long::sum);
        boolean often = !(request instanceof Request.Beat) && !(request instanceof Request.Try);
        double share = often ? 0.06 : weather.isGrudging() ? 0.05 : 0.015;
        if (weather.isWorst()) { // right after a check that tells a child's node to go on
            share = request instanceof Request.Beat && node.hasChild() ? 0.3 : 0;
        }
        double drawn = world.once(nodes.indexOf(node), number);
        if (drawn >= share) {
            return Mishap.NONE;
        }
        String name = node.name() + "@" + number;
        if (!options.has(name)) {
            return Mishap.NONE;
        }
        SimChance chance = world.chances(name, 0);
        switch (chance.below(weather.isGrudging() ? 2 : 9)) {
            case 0, 1 -> {
                strikes(name, Kind.END_SESSION, node, "after a statement the session of " + node.name() + " ends");
                session.end("for no reason");
            }
            case 2, 3 -> {
                strikes(name, Kind.END_SESSION, node, "after a statement the session of " + node.name() + " ends");
                session.end("for no reason");
                freeze(new Fault(name, Kind.FREEZE, chance), node);
            }
            case 4 -> freeze(new Fault(name, Kind.FREEZE, chance), node);
            case 5 -> dropLocks(new Fault(name, Kind.DROP_LOCKS, chance), session, node);
            case 6 -> {
                strikes(name, Kind.FAIL_STATEMENT, node, "the statement of " + node.name() + " fails");
                return Mishap.ERROR;
            }
            case 7 -> {
                strikes(name, Kind.WARN, node, "the statement of " + node.name() + " gets a warning");
                return Mishap.WARNING;
            }
            default -> {
                strikes(
                        name,
                        Kind.CUT_ONE_WAY,
                        node,
                        "the session of " + node.name() + " ends, and it can't hear that");
                session.end("for no reason");
                node.cut(false, true);
                healLater(chance, node);
            }
        }
        return Mishap.NONE;
    }

    /** What has struck in this run: names, and what it was. */
    Map<String, String> struck() {
        return struck;
    }

    /** All that can be put right is put right. */
    void end() {
        over = true;
        server.settleDown();
        for (SimNode node : nodes) {
            node.heal();
            node.thaw();
            node.start();
        }
    }

    /** When the last of what was done has run its course. */
    long quietAt() {
        return Math.max(quietAt, server.upAt());
    }

    private void lasts(long nanos) {
        quietAt = Math.max(quietAt, world.now() + nanos);
    }

    private void strikes(String name, Kind kind, SimNode node, String what) {
        struck.merge(name, what, (one, other) -> one.equals(other) ? one : one + ", " + other);
        cells.hit(kind, node);
        if (world.isTracing()) {
            world.fault(name, kind + ": " + what);
        }
    }

    private void strikesAll(Fault fault, String what) {
        struck.merge(fault.name, what, (one, other) -> one);
        nodes.forEach(node -> cells.hit(fault.kind, node));
        if (world.isTracing()) {
            world.fault(fault.name, fault.kind + ": " + what);
        }
    }

    private Optional<SimNode> nodeOf(String name) {
        for (SimNode node : nodes) {
            if (node.name().equals(name)) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** The one that was aimed at, or the one that runs something, or any. */
    private SimNode victim(Fault fault, SimNode target) {
        if (target != null) {
            return target;
        }
        boolean holder = fault.chance.chance(0.6);
        SimNode any = fault.chance.oneOf(nodes);
        return holder ? aHolder(fault).orElse(any) : any;
    }

    private Optional<SimNode> aHolder(Fault fault) {
        return anyChild(fault).flatMap(child -> nodeOf(child.process().name()));
    }

    private Optional<SimChild> anyChild(Fault fault) {
        List<SimChild> active = judge.active();
        return active.isEmpty() ? Optional.empty() : Optional.of(fault.chance.oneOf(active));
    }

    private Optional<SimServer.Backend> sessionOf(SimNode node) {
        return server.sessions().stream()
                .filter(session -> session.node().equals(node.name()))
                .sorted((one, other) -> Boolean.compare(other.holdsAny(), one.holdsAny()))
                .findFirst();
    }

    private void healLater(SimChance chance, SimNode node) {
        world.at(world.now() + chance.upTo(3 * lease), node::heal);
    }

    private void strike(Fault fault, SimNode target) {
        if (over) {
            return;
        }
        SimChance chance = fault.chance;
        SimNode node = victim(fault, target);
        String name = node.name();
        switch (fault.kind) {
            case CUT -> {
                strikes(fault.name, fault.kind, node, name + " is cut off");
                node.cut(true, true);
                healLater(chance, node);
            }
            case CUT_ONE_WAY -> {
                boolean up = chance.chance(0.5);
                strikes(fault.name, fault.kind, node, name + (up ? " is not heard" : " can't hear"));
                node.cut(up, !up);
                healLater(chance, node);
            }
            case LOSE_MESSAGES -> {
                strikes(
                        fault.name,
                        fault.kind,
                        node,
                        "from now on the connection of " + name + " loses what it carries");
                if (node.isUp()) {
                    int which = chance.below(3);
                    node.talk().lose(which != 1, which != 0);
                }
            }
            case RESET -> {
                boolean both = chance.chance(0.5);
                strikes(fault.name, fault.kind, node, "the connection of " + name + " is reset");
                if (node.isUp()) {
                    node.talk().reset(both);
                }
            }
            case FREEZE -> freeze(fault, node);
            case SUSPEND -> {
                strikes(fault.name, fault.kind, node, "the machine of " + name + " is suspended");
                node.suspend();
                world.at(world.now() + sleep(chance), node::thaw);
            }
            case SET_CLOCK -> {
                long by = chance.upTo(4 * lease) - 2 * lease;
                strikes(fault.name, fault.kind, node, "the wall clock of " + name + " is set");
                node.setClock(by);
            }
            case KILL, KILL_MACHINE -> {
                strikes(fault.name, fault.kind, node, name + " is killed");
                node.die(fault.kind == Kind.KILL_MACHINE, "KILLED");
                world.at(world.now() + chance.upTo(2 * lease), node::start);
            }
            case CLOSE -> close(fault, node);
            case STEP_DOWN -> {
                long aside = chance.upTo(chance.chance(0.5) ? 2 * lease : lease / 2);
                strikes(fault.name, fault.kind, node, name + " steps down");
                if (node.isUp() && !node.isFrozen()) {
                    lasts(aside * 10 / 9 + SimSingleton.LONGEST_GRACE.toNanos());
                    node.singletons().forEach(singleton -> singleton.stepDown(Duration.ofNanos(aside)));
                }
            }
            case END_CHILD -> {
                strikes(fault.name, fault.kind, node, "the child on " + name + " ends by itself");
                node.singletons().forEach(singleton -> singleton.child().ifPresent(SimChild::endByItself));
            }
            case END_SESSION -> {
                strikes(fault.name, fault.kind, node, "the session of " + name + " ends");
                sessionOf(node).ifPresent(session -> session.end("for no reason"));
            }
            case SEVER -> sever(fault, node);
            case DROP_LOCKS -> sessionOf(node).ifPresent(session -> dropLocks(fault, session, node));
            case DEAFEN -> {
                strikes(fault.name, fault.kind, node, "the session of " + name + " listens no more");
                sessionOf(node).ifPresent(SimServer.Backend::deafen);
            }
            case FAIL_STATEMENT -> {
                strikes(fault.name, fault.kind, node, "the next statement of " + name + " fails");
                sessionOf(node).ifPresent(session -> session.spoilNext(Mishap.ERROR));
            }
            case WARN -> {
                strikes(fault.name, fault.kind, node, "the next statement of " + name + " gets a warning");
                sessionOf(node).ifPresent(session -> session.spoilNext(Mishap.WARNING));
            }
            case STOP_SERVER -> {
                strikesAll(fault, "the server stops, and starts again");
                server.restart(chance, chance.upTo(lease / 2), chance.upTo(lease / 2));
            }
            case CRASH_SERVER -> {
                strikesAll(fault, "the server crashes, and starts again");
                server.crash(chance.upTo(lease / 2), 1 + chance.below(3));
            }
            case PROMOTE -> {
                strikesAll(fault, "a standby takes over");
                long away = chance.upTo(lease / 2);
                long lost = chance.upTo(5);
                // Without a ledger tokens would begin again: that is what it says. So they would where it was lost as a
                // whole.
                if (keeping.isAlways() && chance.chance(0.3) && server.hasLedger()) {
                    server.move(away);
                } else {
                    server.promote(away, lost);
                }
            }
            case SET_SERVER_CLOCK -> {
                long by = chance.upTo(3 * lease) - 2 * lease;
                strikesAll(fault, "the clock of the server is set");
                server.setClock(by);
            }
        }
    }

    private long sleep(SimChance chance) {
        return chance.chance(0.1)
                ? chance.upTo(60 * SimWorld.MILLI)
                : chance.upTo(chance.chance(0.5) ? lease : 3 * lease);
    }

    private void freeze(Fault fault, SimNode node) {
        strikes(fault.name, Kind.FREEZE, node, node.name() + " is frozen");
        node.freeze();
        world.at(world.now() + sleep(fault.chance), node::thaw);
    }

    /** The worst that a server and a network can do: the session ends early, its node is not told, its child hangs on. */
    private void sever(Fault fault, SimNode target) {
        SimNode node = aHolder(fault).orElse(target);
        strikes(fault.name, fault.kind, node, node.name() + " is cut off, and its session ends early");
        if (fault.chance.chance(0.7)) {
            node.singletons().forEach(singleton -> singleton.child().ifPresent(SimChild::becomeStubborn));
        }
        node.cut(fault.chance.chance(0.5), true);
        healLater(fault.chance, node);
        long soon = world.now() + fault.chance.upTo(lease / 4);
        sessionOf(node).ifPresent(session -> world.at(soon, () -> session.end("for no reason")));
    }

    private void dropLocks(Fault fault, SimServer.Backend session, SimNode node) {
        strikes(fault.name, Kind.DROP_LOCKS, node, "the locks of " + node.name() + " are dropped");
        session.dropLocks(fault.chance.chance(0.2));
    }

    /** Closed in order, then ended, whether or not it was done by then, and started again; often all of them are. */
    private void close(Fault fault, SimNode target) {
        List<SimNode> some = fault.chance.chance(0.3) ? nodes : List.of(target);
        boolean patiently = fault.chance.chance(0.7);
        long wait = patiently ? lease : fault.chance.upTo(lease / 10);
        lasts(wait);
        for (SimNode node : some) {
            strikes(fault.name, fault.kind, node, node.name() + (patiently ? " is closed" : " ends and starts again"));
            if (patiently && node.isUp() && !node.isFrozen()) {
                node.singletons().forEach(SimSingleton::close);
                SimTalk talk = node.talk();
                world.at(world.now() + fault.chance.upTo(lease / 2), talk::close);
            }
            SimSingleton first = node.isUp() ? node.singletons().get(0) : null;
            world.at(world.now() + wait, () -> {
                if (node.isUp() && node.singletons().get(0) == first) {
                    node.thaw();
                    node.die(false, "process ends");
                    node.start();
                }
            });
        }
    }
}
