package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whole nodes, with the real core and the real protocol, against a model of the server, of the network, and of what goes
 * wrong: one seed decides everything, time is virtual, and there is one thread.
 */
final class Simulation {
    /** The shortest for which a process may halt itself. */
    static final Lease LEASE = Lease.of(Duration.ofSeconds(5));

    /** Within what time after the last fault exactly one runs again. */
    static final SimBound BOUND = new SimBound(LEASE);

    /**
     * How long what was begun before the last fault may still take: an ordered stop with the longest grace and a kill on a
     * slow clock; a process that halts itself and is started again; a child that hangs; a wait before a restart.
     */
    static final long AFTERMATH = 15 * SimWorld.SECOND;

    /** What is wrong with the weather of a run, if its seed says so, by name. */
    private static final Map<String, String> TRAITS = new LinkedHashMap<>();

    static {
        TRAITS.put("slow", "messages are slow");
        TRAITS.put("lag", "notifications are late");
        TRAITS.put("dawdle", "statements take almost as long as they may");
        TRAITS.put("late", "threads are late");
        TRAITS.put("clocks", "clocks have rates of their own");
        TRAITS.put("deaf-server", "the server's idle timeout may not work");
        TRAITS.put("earlier", "somebody else held the keys before");
        TRAITS.put("twice", "a process may want a key twice");
        TRAITS.put("key-2", "there may be a second key");
        TRAITS.put("ledger", "the nodes may keep a ledger");
        TRAITS.put("leases", "nodes that keep a ledger may have different leases");
    }

    /**
     * How a run went.
     *
     * @param seed which run
     * @param events how many things happened
     * @param starts how many children were started
     * @param restarts how many of them in place of another, under its term
     * @param strays how many frozen children may have done one step too many, with a check that refused it
     * @param recovery how long after the faults had ended exactly one ran of each key
     * @param violation what must never be and was, or null
     * @param struck what went wrong, by name
     * @param timeline what happened, if it was asked for; what went wrong has an exclamation mark
     */
    record Outcome(
            long seed,
            long events,
            long starts,
            long restarts,
            long strays,
            long recovery,
            String violation,
            Map<String, String> struck,
            List<String> timeline) {
        /** The violation without the names and numbers of this run. */
        String kindOfViolation() {
            return violation == null ? null : violation.replaceAll("[0-9]+", "#");
        }
    }

    private final SimWorld world;
    private final SimJudge judge;
    private final SimWeather weather;
    private final SimServer server;
    private final SimFaults faults;
    private final SimOptions options;
    private final SimKeeping keeping;
    private final SimChance chance;
    private final List<Key> keys = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private long quietAt;
    private long recovery;

    private Simulation(long seed, SimOptions options, SimCells cells, boolean tracing) {
        this.options = options;
        world = new SimWorld(seed, tracing);
        chance = world.chances("run", 0);
        judge = new SimJudge(world);
        weather = new SimWeather(world.chances("weather", 0), LEASE, options);
        server = new SimServer(world, weather, LEASE, options);
        keeping = SimKeeping.of(options, world.chances("ledger", 0), LEASE, 4);
        int keyCount = chance.chance(0.8) || !options.has("key-2") ? 1 : 2;
        for (int i = 1; i <= keyCount; i++) {
            keys.add(Key.number(i));
        }
        if (chance.chance(0.7) && options.has("earlier")) {
            List<LockId> locks = keys.stream()
                    .map(key -> LockId.of(key, SimServer.NAMESPACE))
                    .toList();
            server.beginsHeldBy("earlier", keeping.earlier(), locks, LEASE.nanos() / 2);
        }
        boolean twice = chance.chance(0.1) && options.has("twice");
        int nodeCount = 2 + chance.below(3);
        for (int i = 1; i <= nodeCount; i++) {
            List<Key> own = new ArrayList<>(keys);
            if (twice) {
                own.addAll(keys); // two wrappers of one key in one process
            }
            nodes.add(new SimNode(world, weather, server, judge, options, keeping, "node-" + i, own));
        }
        faults = new SimFaults(world, weather, server, judge, nodes, options, cells, LEASE, keeping);
    }

    static Outcome run(long seed, SimOptions options) {
        return run(seed, options, new SimCells());
    }

    /** Counts, too, what was hit by what. */
    static Outcome run(long seed, SimOptions options, SimCells cells) {
        return new Simulation(seed, options, cells, false).run(seed);
    }

    /** The same, with an account of what happened. */
    static Outcome trace(long seed, SimOptions options) {
        return new Simulation(seed, options, new SimCells(), true).run(seed);
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
                seed,
                world.events(),
                judge.starts(),
                judge.restarts(),
                judge.strays(),
                recovery,
                violation,
                struck(),
                world.timeline());
    }

    private Map<String, String> struck() {
        Map<String, String> all = new LinkedHashMap<>();
        for (SimNode node : nodes) {
            if (options.has(node.name())) {
                all.put(node.name(), "there is a node of that name");
            }
        }
        TRAITS.forEach((name, what) -> {
            if (options.has(name)) {
                all.put(name, what);
            }
        });
        all.putAll(faults.struck());
        return all;
    }

    private String runToTheEnd() {
        for (SimNode node : nodes) {
            world.at(chance.upTo(LEASE.nanos() / 2), node::start);
        }
        long trouble = LEASE.nanos() * (4 + chance.below(8));
        if (keeping.isSwitched()) {
            restartOneByOne();
        }
        int count = weather.isGrudging() ? chance.below(4) : 3 + chance.below(15);
        faults.plan(world.chances("plan", 0), count, trouble);
        while (step(trouble)) {
            // on and on
        }
        long over = world.now();
        faults.end();
        weather.clearUp();
        long longer = keeping.longest().nanos() - LEASE.nanos();
        quietAt = Math.max(world.now(), faults.quietAt()) + AFTERMATH + longer;
        long end = quietAt + new SimBound(keeping.longest()).nanos();
        boolean any = nodes.stream().anyMatch(node -> options.has(node.name()));
        while (any && judge.violation() == null && !judge.oneRunsEach(keys)) {
            if (!step(end) && judge.violation() == null) {
                return "after the faults had ended, not exactly one runs of each key";
            }
        }
        recovery = world.now() - over;
        return judge.violation();
    }

    /** With the ledger from now on. */
    private void restartOneByOne() {
        long when = keeping.from();
        for (SimNode node : nodes) {
            when += world.chances("switch", nodes.indexOf(node)).upTo(LEASE.nanos() / 2);
            world.at(when, () -> {
                node.die(false, "stopped, to start with a ledger");
                node.start();
            });
        }
    }

    /** False when time is up, or what must never be was seen. */
    private boolean step(long end) {
        boolean over = world.stepUntil(end, judge::timePassed);
        judge.look();
        return !over && judge.violation() == null;
    }
}
