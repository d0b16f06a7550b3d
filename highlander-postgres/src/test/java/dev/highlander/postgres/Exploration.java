package dev.highlander.postgres;

import dev.highlander.postgres.ExploreConfig.Fault;
import dev.highlander.postgres.ExploreNode.Seen;
import dev.highlander.postgres.ExploreWorld.Move;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every state that can be reached, the nearest first, until one breaks a promise or there are no more.
 *
 * <p>Of a state that was seen 64 bits are kept, so two may be taken for one: with ten million states the odds that it has
 * happened once are one to several hundred thousand.
 */
@SuppressWarnings({"EnumOrdinal", "OperatorPrecedence"}) // states are packed into bits
final class Exploration {
    /**
     * What was found.
     *
     * @param config what was explored
     * @param states how many different states were reached
     * @param transitions how many ways lead from one to another
     * @param depth how many moves the farthest is away
     * @param nodeStates how many different states of a single node
     * @param nodeSteps how many steps the real classes made
     * @param takeoversByEvidence how many of the ways start a child after another term's, because that was heard to be down
     * @param takeoversBySettle the same, because it was waited for
     * @param seen how many of the ways show a node do that
     * @param faults how many of the ways have that fault
     * @param violation the promise that was broken first, or null
     * @param timeline the shortest way to it
     * @param seconds how long it took
     */
    record Outcome(
            ExploreConfig config,
            long states,
            long transitions,
            int depth,
            int nodeStates,
            int nodeSteps,
            long takeoversByEvidence,
            long takeoversBySettle,
            Map<Seen, Long> seen,
            Map<Fault, Long> faults,
            String violation,
            List<String> timeline,
            double seconds) {

        String account() {
            String found = violation == null
                    ? "\n  reached: takeovers by evidence " + takeoversByEvidence + ", by settle " + takeoversBySettle
                            + ", " + seen + "\n  faults: " + faults
                    : "\n" + violation + "\n" + String.join("\n", timeline);
            return String.format(
                    Locale.ROOT,
                    "%s: %s; %d states, %d transitions, depth %d; of a node %d states, %d steps of the real code; %.1f s%s",
                    config.account(),
                    violation == null ? "holds" : "VIOLATED",
                    states,
                    transitions,
                    depth,
                    nodeStates,
                    nodeSteps,
                    seconds,
                    found);
        }
    }

    private final ExploreConfig config;
    private final ExploreWorld world;
    private final int size;
    private long[] prints = new long[1 << 20];
    private int[] parents = new int[1 << 18];
    private short[] moves = new short[1 << 18];
    private int states;
    private long transitions;
    private long takeoversByEvidence;
    private long takeoversBySettle;
    private final long[] seen = new long[Seen.values().length];
    private final long[] faults = new long[Fault.values().length];
    private long[] layer = new long[1 << 16];
    private int layerLength;
    private String violation;
    private int violator = -1;

    private Exploration(ExploreConfig config) {
        this.config = config;
        this.world = new ExploreWorld(config);
        this.size = world.size();
    }

    static Outcome of(ExploreConfig config) {
        return new Exploration(config).run();
    }

    private Outcome run() {
        long began = System.nanoTime();
        meet(world.first(), -1, null, 0);
        int depth = 0;
        int from = 0;
        while (layerLength > 0 && violation == null) {
            long[] present = Arrays.copyOf(layer, layerLength);
            layerLength = 0;
            for (int at = 0, index = from; at < present.length && violation == null; at += size, index++) {
                int parent = index;
                world.next(Arrays.copyOfRange(present, at, at + size), (move, who, state, broken) -> {
                    count(move);
                    boolean isNew = meet(state, parent, move, who);
                    if (broken != null && violation == null) {
                        violation = broken;
                        violator = isNew ? states - 1 : remember(parent, move, who);
                    }
                });
            }
            from += present.length / size;
            depth++;
        }
        List<String> timeline = violation == null ? List.of() : timeline();
        return new Outcome(
                config,
                states,
                transitions,
                violation == null ? depth - 1 : depth,
                world.table().states(),
                world.table().entries(),
                takeoversByEvidence,
                takeoversBySettle,
                counted(Seen.values(), seen, new EnumMap<>(Seen.class)),
                counted(Fault.values(), faults, new EnumMap<>(Fault.class)),
                violation,
                timeline,
                (System.nanoTime() - began) / 1e9);
    }

    private static <K extends Enum<K>> Map<K, Long> counted(K[] kinds, long[] counts, EnumMap<K, Long> into) {
        for (K kind : kinds) {
            into.put(kind, counts[kind.ordinal()]);
        }
        return into;
    }

    private void count(Move move) {
        transitions++;
        if (move.fault() != null) {
            faults[move.fault().ordinal()]++;
        }
        for (int left = world.seen(); left != 0; left &= left - 1) {
            seen[Integer.numberOfTrailingZeros(left)]++;
        }
        if (world.isTakeover()) {
            boolean evidence = (world.seen() & 1 << Seen.STARTED_WITH_EVIDENCE.ordinal()) != 0;
            takeoversByEvidence += evidence ? 1 : 0;
            takeoversBySettle += evidence ? 0 : 1;
        }
    }

    /** False if it was met before. */
    private boolean meet(long[] state, int parent, Move move, int who) {
        long print = printOf(state);
        for (int first = 1; first < config.nodes(); first++) {
            print = Math.min(print, printOf(world.turned(state, first)));
        }
        int at = place(prints, print);
        if (prints[at] == print) {
            return false;
        }
        prints[at] = print;
        remember(parent, move, who);
        if (layerLength + size > layer.length) {
            layer = Arrays.copyOf(layer, 2 * layer.length);
        }
        System.arraycopy(state, 0, layer, layerLength, size);
        layerLength += size;
        if (states > prints.length / 5 * 3) {
            long[] larger = new long[2 * prints.length];
            for (long one : prints) {
                if (one != 0) {
                    larger[place(larger, one)] = one;
                }
            }
            prints = larger;
        }
        return true;
    }

    private int remember(int parent, Move move, int who) {
        if (states == parents.length) {
            parents = Arrays.copyOf(parents, 2 * states);
            moves = Arrays.copyOf(moves, 2 * states);
        }
        parents[states] = parent;
        moves[states] = (short) (move == null ? -1 : move.ordinal() << 8 | who);
        return states++;
    }

    private static int place(long[] prints, long print) {
        int mask = prints.length - 1;
        int at = (int) (print >>> 20) & mask;
        while (prints[at] != 0 && prints[at] != print) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static long printOf(long[] state) {
        long hash = 0x9E3779B97F4A7C15L;
        for (long word : state) {
            hash ^= word;
            hash *= 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 29;
            hash *= 0x94D049BB133111EBL;
            hash ^= hash >>> 32;
        }
        return hash == 0 ? 1 : hash;
    }

    // The way to what was found.

    private List<String> timeline() {
        List<Integer> way = new ArrayList<>();
        for (int at = violator; parents[at] >= 0; at = parents[at]) {
            way.add(0, (int) moves[at]);
        }
        List<String> lines = new ArrayList<>();
        long[][] state = {world.first()};
        int ticks = 0;
        for (int step : way) {
            Move move = Move.values()[step >> 8];
            int who = step & 0xFF;
            ticks += move == Move.TICK ? 1 : 0;
            double leases = (double) ticks / config.stepsPerLease();
            String time = String.format(Locale.ROOT, "%6.2f leases  ", leases);
            for (String line : world.describe(state[0], move, who)) {
                lines.add(time + line);
            }
            long[][] after = new long[1][];
            world.next(state[0], (m, w, to, broken) -> {
                if (m == move && w == who) {
                    after[0] = to;
                }
            });
            if (after[0] == null) {
                throw new IllegalStateException("The way is lost at " + move + " after\n" + String.join("\n", lines));
            }
            state[0] = after[0];
        }
        return lines;
    }
}
