package dev.highlander.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run: bad weather for a while, then all is well, then a look at what runs. */
final class Simulation {
    private static final long STORM = 15 * SimWorld.SECOND;
    private static final long CALM = 12 * SimWorld.SECOND;

    private final SimWorld world;

    /**
     * What came of a run.
     *
     * @param violation what was wrong, if anything
     */
    record Outcome(@Nullable String violation, SimJudge seen, long events, List<String> timeline) {}

    private Simulation(SimWorld world) {
        this.world = world;
    }

    static Outcome run(long seed, SimOptions options) {
        return new Simulation(new SimWorld(seed, options, false)).run();
    }

    static Outcome trace(long seed, SimOptions options) {
        return new Simulation(new SimWorld(seed, options, true)).run();
    }

    private Outcome run() {
        for (int i = 0; i < world.size(); i++) {
            world.at(world.chance(500 * SimWorld.MILLI), world::start);
        }
        world.at(700 * SimWorld.MILLI, this::settle);
        weather(900 * SimWorld.MILLI);
        world.runUntil(STORM);
        world.mend();
        while (world.alive().size() < world.size()) {
            world.start();
        }
        // What is still frozen thaws within five seconds, and by then detection has seen it.
        for (int i = 0; i <= 4; i++) {
            world.at(STORM + 2L * i * SimWorld.SECOND, this::settle);
        }
        world.runUntil(STORM + 8 * SimWorld.SECOND + CALM);
        if (world.judge.violation() == null) {
            stopEnding();
        }
        return new Outcome(
                world.judge.violation(),
                world.judge,
                world.count,
                world.timeline == null ? List.of() : List.copyOf(world.timeline));
    }

    /** A child may be about to end at any moment; at one of many that follow, each key has one. */
    private void stopEnding() {
        for (int look = 0; look < 200; look++) {
            boolean between = world.keys.stream()
                    .anyMatch(key -> world.alive().stream()
                            .flatMap(node -> node.children.values().stream())
                            .noneMatch(child -> child.key.equals(key) && !child.stopping));
            if (!between) {
                break;
            }
            world.runUntil(world.now + 50 * SimWorld.MILLI);
        }
        world.judge.expectOneOfEach();
    }

    private void weather(long when) {
        world.at(when, () -> {
            if (world.now < STORM) {
                if (world.options.stormy()) {
                    storm();
                } else {
                    comingAndGoing();
                }
                weather(world.now + 20 * SimWorld.MILLI + world.chance(1500 * SimWorld.MILLI));
            }
        });
    }

    private void comingAndGoing() {
        List<SimNode> alive = world.alive();
        if (alive.size() > 1 && world.random.nextInt(2) == 0) {
            world.crash(any(alive));
            world.at(world.now + world.chance(50 * SimWorld.MILLI), this::settle);
        } else if (alive.size() < world.size()) {
            // Whoever joins is in the cluster's view from its first moment.
            world.start();
            settle();
        }
    }

    private void storm() {
        List<SimNode> alive = world.alive();
        switch (world.random.nextInt(11)) {
            case 0 -> world.cut();
            case 1 -> world.mend();
            case 2 -> world.freeze(any(alive), world.chance(4 * SimWorld.SECOND), false);
            case 3 -> world.freeze(any(alive), world.chance(4 * SimWorld.SECOND), true);
            case 4 -> {
                if (alive.size() > 1) {
                    world.crash(any(alive));
                }
            }
            case 5 -> {
                if (alive.size() < world.size()) {
                    world.start();
                }
            }
            default -> someView();
        }
    }

    /** Detection, right or wrong: some that can reach each other make a view. */
    private void someView() {
        List<SimNode> alive = world.alive();
        SimNode maker = any(alive);
        List<SimNode> members = new ArrayList<>(List.of(maker));
        boolean right = world.random.nextInt(3) > 0;
        for (SimNode node : alive) {
            if (node != maker && world.connected(maker, node) && (right ? !node.frozen : world.random.nextBoolean())) {
                members.add(node);
            }
        }
        world.view(members);
    }

    private void settle() {
        List<SimNode> members = new ArrayList<>(world.alive());
        Collections.shuffle(members, world.random);
        members.removeIf(node -> node.frozen);
        if (!members.isEmpty()) {
            world.view(members);
        }
    }

    private SimNode any(List<SimNode> of) {
        return of.get(world.random.nextInt(of.size()));
    }
}
