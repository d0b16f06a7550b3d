package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What goes wrong in one run, and when; also what users do. */
final class SimFaults {
    private final SimWorld world;
    private final SimWeather weather;
    private final SimServer server;
    private final SimJudge judge;
    private final List<SimNode> nodes;
    private final long lease;
    private final List<Runnable> kinds = List.of(
            this::cutANode,
            this::cutANodeOneWay,
            this::freezeANode,
            this::freezeTheHolder,
            this::killANode,
            this::endASession,
            this::severTheHolder,
            this::severTheHolder,
            this::restartTheServer,
            this::dropLocks,
            this::dropLocks,
            this::moveTheChild,
            this::moveTheChild,
            this::moveAWaiter,
            this::endTheChild,
            this::closeANode,
            this::startAllAgain);
    private boolean over;

    SimFaults(SimWorld world, SimWeather weather, SimServer server, SimJudge judge, List<SimNode> nodes, Lease lease) {
        this.world = world;
        this.weather = weather;
        this.server = server;
        this.judge = judge;
        this.nodes = nodes;
        this.lease = lease.nanos();
        server.onExecuted(this::atTheWorstMoment);
    }

    /** Right after a statement was done, and before its node knows. */
    private void atTheWorstMoment(SimServer.Backend session, Request request) {
        boolean often = !(request instanceof Request.Beat) && !(request instanceof Request.Try);
        if (!weather.isSpiteful()
                || !session.holdsAny()
                || !world.chance(often ? 0.06 : weather.isGrudging() ? 0.05 : 0.015)) {
            return;
        }
        nodeOf(session.node()).ifPresent(node -> {
            switch (world.below(weather.isGrudging() ? 2 : 6)) {
                case 0, 1 -> session.end("for no reason");
                case 2 -> {
                    session.end("for no reason");
                    freeze(node);
                }
                case 3 -> freeze(node);
                case 4 -> {
                    session.dropLocks(false);
                    say("the locks of " + session.node() + " are dropped");
                }
                default -> {
                    session.end("for no reason");
                    node.cut(false, true);
                    healLater(node);
                }
            }
        });
    }

    /** Each at a time of its own before {@code end}. */
    void schedule(int count, long end) {
        for (int i = 0; i < count; i++) {
            Runnable kind = world.oneOf(kinds);
            world.at(world.now() + world.upTo(end - world.now()), () -> {
                if (!over) {
                    kind.run();
                }
            });
        }
    }

    /** All that can be put right is put right. */
    void end() {
        over = true;
        for (SimNode node : nodes) {
            node.heal();
            node.thaw();
            node.start();
        }
    }

    private void say(String what) {
        if (world.isTracing()) {
            world.fault("fault", what);
        }
    }

    private SimNode anyNode() {
        return world.oneOf(nodes);
    }

    private Optional<SimChild> anyChild() {
        List<SimChild> active = judge.active();
        return active.isEmpty() ? Optional.empty() : Optional.of(world.oneOf(active));
    }

    private Optional<SimNode> aHolder() {
        return anyChild().flatMap(child -> nodeOf(child.process().name()));
    }

    private void healLater(SimNode node) {
        world.at(world.now() + world.upTo(3 * lease), node::heal);
    }

    private void cutANode() {
        SimNode node = anyNode();
        node.cut(true, true);
        healLater(node);
    }

    private void cutANodeOneWay() {
        SimNode node = anyNode();
        boolean up = world.chance(0.5);
        node.cut(up, !up);
        healLater(node);
    }

    private void freezeANode() {
        freeze(anyNode());
    }

    private void freezeTheHolder() {
        aHolder().ifPresent(this::freeze);
    }

    private void freeze(SimNode node) {
        node.freeze();
        world.at(world.now() + world.upTo(world.chance(0.5) ? lease : 3 * lease), node::thaw);
    }

    private void killANode() {
        SimNode node = anyNode();
        node.die(world.chance(0.3), "KILLED");
        world.at(world.now() + world.upTo(2 * lease), node::start);
    }

    private void endASession() {
        List<SimServer.Backend> sessions = server.sessions();
        if (!sessions.isEmpty()) {
            world.oneOf(sessions).end("for no reason");
        }
    }

    /** The worst that a server and a network can do: the session ends early, its node is not told, its child hangs on. */
    private void severTheHolder() {
        anyChild().ifPresent(child -> {
            if (world.chance(0.7)) {
                child.becomeStubborn();
            }
            nodeOf(child.process().name()).ifPresent(node -> {
                node.cut(world.chance(0.5), true);
                healLater(node);
                server.sessions().stream()
                        .filter(session -> session.node().equals(node.name()) && session.holdsAny())
                        .forEach(session ->
                                world.at(world.now() + world.upTo(lease / 4), () -> session.end("for no reason")));
            });
        });
    }

    private Optional<SimNode> nodeOf(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    private void restartTheServer() {
        say("the server restarts");
        server.restart(world.upTo(lease / 2), world.upTo(lease / 2));
    }

    private void dropLocks() {
        List<SimServer.Backend> holders =
                server.sessions().stream().filter(SimServer.Backend::holdsAny).toList();
        if (!holders.isEmpty()) {
            SimServer.Backend victim = world.oneOf(holders);
            say("the locks of " + victim.node() + " are dropped");
            victim.dropLocks(world.chance(0.2));
        }
    }

    private void moveTheChild() {
        anyChild().ifPresent(child -> {
            say(child.process().name() + " steps down");
            child.singleton().stepDown(Duration.ofNanos(world.upTo(2 * lease)));
        });
    }

    /** Steps down while it settles, or while it waits. */
    private void moveAWaiter() {
        SimNode node = anyNode();
        if (node.isUp() && !node.isFrozen()) {
            say(node.name() + " steps down");
            node.singletons().forEach(singleton -> singleton.stepDown(Duration.ofNanos(world.upTo(lease / 2))));
        }
    }

    private void endTheChild() {
        anyChild().ifPresent(SimChild::endByItself);
    }

    /** Closed in order, then ended, whether or not it was done by then. */
    private void closeANode() {
        SimNode node = anyNode();
        if (node.isUp() && !node.isFrozen()) {
            say(node.name() + " is closed");
            node.singletons().forEach(SimSingleton::close);
            world.at(world.now() + lease, () -> {
                node.thaw();
                node.die(false, "process ends");
                node.start();
            });
        }
    }

    private void startAllAgain() {
        for (SimNode node : nodes) {
            node.die(false, "process ends");
            world.at(world.now() + world.upTo(lease / 10), node::start);
        }
    }
}
