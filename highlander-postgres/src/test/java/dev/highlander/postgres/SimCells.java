package dev.highlander.postgres;

import dev.highlander.State;
import dev.highlander.postgres.SimFault.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How often each kind of fault has hit a node in each state that its parts can be in. */
final class SimCells {
    /** A node whose process does not run. */
    private static final String DOWN = "DOWN";

    private static final List<String> COLUMNS = new ArrayList<>();
    private static final Map<Enum<?>, Integer> PLACES = new HashMap<>();

    static {
        COLUMNS.add(DOWN);
        columns("", State.values());
        columns("s:", SimTalk.Activity.values());
        columns("k:", PostgresProtocol.Phase.values());
    }

    private final Map<Kind, long[]> hits = new EnumMap<>(Kind.class);

    SimCells() {
        for (Kind kind : Kind.values()) {
            hits.put(kind, new long[COLUMNS.size()]);
        }
    }

    private static void columns(String prefix, Enum<?>[] states) {
        for (Enum<?> state : states) {
            PLACES.put(state, COLUMNS.size());
            COLUMNS.add(prefix + state);
        }
    }

    /** A fault hits a node in whatever state it is. */
    void hit(Kind kind, SimNode node) {
        long[] row = hits.get(kind);
        if (!node.isUp()) {
            row[0]++;
            return;
        }
        for (SimSingleton singleton : node.singletons()) {
            row[PLACES.get(singleton.state())]++;
            PostgresProtocol.Phase phase = node.protocol().phase(LockId.of(singleton.key(), SimServer.NAMESPACE));
            if (phase != null) {
                row[PLACES.get(phase)]++;
            }
        }
        row[PLACES.get(node.talk().activity())]++;
    }

    void add(SimCells others) {
        others.hits.forEach((kind, row) -> {
            long[] own = hits.get(kind);
            for (int i = 0; i < row.length; i++) {
                own[i] += row[i];
            }
        });
    }

    int size() {
        return hits.size() * COLUMNS.size();
    }

    /** The cells that nothing has hit, as {@code FAULT x STATE}. */
    List<String> empty() {
        List<String> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int j = 0; j < COLUMNS.size(); j++) {
                if (hits.get(kind)[j] == 0) {
                    all.add(kind + " x " + COLUMNS.get(j));
                }
            }
        }
        return all;
    }

    /** Three tables: by the state of the singleton, by what the session does, and by the phase of the hold. */
    String table() {
        int states = 1 + State.values().length;
        int activities = states + SimTalk.Activity.values().length;
        return "By the state of the singleton:\n" + part(0, states) + "\nBy what the session does:\n"
                + part(states, activities) + "\nBy the phase of the hold:\n" + part(activities, COLUMNS.size());
    }

    private String part(int from, int to) {
        StringBuilder out = new StringBuilder(String.format("%-17s", ""));
        for (int j = from; j < to; j++) {
            out.append(String.format("%12s", COLUMNS.get(j).replaceFirst("^[sk]:", "")));
        }
        for (Kind kind : Kind.values()) {
            out.append(String.format("%n%-17s", kind));
            for (int j = from; j < to; j++) {
                long count = hits.get(kind)[j];
                out.append(String.format(Locale.ROOT, "%12s", count == 0 ? "-" : Long.toString(count)));
            }
        }
        return out.append('\n').toString();
    }

    /** How often each kind has struck at all. */
    Map<Kind, Long> byKind() {
        Map<Kind, Long> all = new TreeMap<>();
        for (Kind kind : Kind.values()) {
            long sum = 0;
            for (int j = 0; j <= State.values().length; j++) {
                sum += hits.get(kind)[j];
            }
            all.put(kind, sum);
        }
        return all;
    }
}
