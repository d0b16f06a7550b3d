package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whole nodes, with the real core and the real protocol, against a model of the server, of the network, and of what goes
 * wrong: one seed decides everything, time is virtual, and there is one thread.
 */
final class Simulation {
    /** The shortest for which a process may halt itself. */
    static final Lease LEASE = Lease.of(Duration.ofSeconds(5));

    private static final LockId LEASE_LOCK = new LockId(7, 5000, true);

    /**
     * How long after the last fault exactly one runs again, at the latest, in true time and on slow clocks: a node that
     * stands aside for two leases; a reply that never comes, and one more while connecting; a pause before connecting; a
     * dead session that the server finds idle; a poll; a settle; a child that does not start at once; and some messages.
     */
    static final long RECOVERY = 2 * LEASE.nanos()
            + 2 * SimWorld.SECOND * 5 / 3
            + LEASE.nanos() * 27 / 20
            + LEASE.settle() * 10 / 9
            + 4 * SimWorld.SECOND;

    /**
     * How a run went.
     *
     * @param seed which run
     * @param events how many things happened
     * @param starts how many children were started
     * @param restarts how many of them in place of another, under its term
     * @param strays how many frozen children may have done one step too many, with a check that refused it
     * @param violation what must never be and was, or null
     * @param timeline what happened, if it was asked for; what went wrong has an exclamation mark
     */
    record Outcome(
            long seed, long events, long starts, long restarts, long strays, String violation, List<String> timeline) {
        /** What there is to say about a run that went wrong. */
        String account() {
            String faults = timeline.stream().filter(line -> line.contains("!")).collect(Collectors.joining("\n"));
            return "Seed " + seed + ": " + violation + ".\nReplay it with -Dtest=SimulationTest -Dsim.seed=" + seed
                    + "\n\nWhat went wrong before:\n" + faults + "\n\nWhat happened:\n" + String.join("\n", timeline);
        }
    }

    private final SimWorld world;
    private final SimJudge judge;
    private final SimWeather weather;
    private final SimFaults faults;
    private final List<Key> keys = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();

    private Simulation(long seed, SimOptions options, boolean tracing) {
        world = new SimWorld(seed, tracing);
        judge = new SimJudge(world);
        weather = new SimWeather(world, LEASE, options.drift());
        SimServer server = new SimServer(world, weather, LEASE, LEASE_LOCK, options);
        int keyCount = world.chance(0.8) ? 1 : 2;
        for (int i = 1; i <= keyCount; i++) {
            keys.add(Key.number(i));
        }
        if (world.chance(0.7)) {
            List<LockId> locks =
                    keys.stream().map(key -> LockId.of(key, Namespace.DEFAULT)).toList();
            server.beginsHeldBy("earlier", locks, LEASE.nanos() / 2);
        }
        boolean twice = world.chance(0.1);
        int nodeCount = 2 + world.below(3);
        for (int i = 1; i <= nodeCount; i++) {
            List<Key> own = new ArrayList<>(keys);
            if (twice) {
                own.addAll(keys); // two wrappers of one key in one process
            }
            nodes.add(new SimNode(world, weather, server, judge, options, LEASE, LEASE_LOCK, "node-" + i, own));
        }
        faults = new SimFaults(world, weather, server, judge, nodes, LEASE);
    }

    static Outcome run(long seed, SimOptions options) {
        return new Simulation(seed, options, false).run(seed);
    }

    /** The same, with an account of what happened. */
    static Outcome trace(long seed, SimOptions options) {
        return new Simulation(seed, options, true).run(seed);
    }

    private Outcome run(long seed) {
        String violation;
        try {
            violation = runToTheEnd();
        } catch (AssertionError | RuntimeException e) {
            violation = e.toString();
        }
        if (violation != null) {
            world.say("judge", violation);
        }
        return new Outcome(
                seed, world.events(), judge.starts(), judge.restarts(), judge.strays(), violation, world.timeline());
    }

    private String runToTheEnd() {
        for (SimNode node : nodes) {
            world.at(world.upTo(LEASE.nanos() / 2), node::start);
        }
        long trouble = LEASE.nanos() * (4 + world.below(8));
        faults.schedule(weather.isGrudging() ? world.below(4) : 3 + world.below(15), trouble);
        while (step(trouble)) {
            // on and on
        }
        faults.end();
        weather.clearUp();
        long end = world.now() + RECOVERY;
        while (judge.violation() == null && !judge.oneRunsEach(keys)) {
            if (!step(end) && judge.violation() == null) {
                return "after the faults had ended, not exactly one runs of each key";
            }
        }
        return judge.violation();
    }

    /** False when time is up, or what must never be was seen. */
    private boolean step(long end) {
        boolean over = world.stepUntil(end, judge::timePassed);
        judge.look();
        return !over && judge.violation() == null;
    }
}
