package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether the nodes of a run keep a ledger, from when on, and under what leases.
 *
 * @param from from when on a process that starts keeps it
 * @param leases of those nodes whose lease is not the usual one
 * @param usual the lease of all others
 * @param longest the longest of them
 */
record SimKeeping(long from, Map<String, Lease> leases, Lease usual, Lease longest) {
    private static final long NEVER = Long.MAX_VALUE;
    private static final List<Lease> OTHERS = List.of(lease(6500), lease(10_000));

    /** What may be done about ledgers. */
    enum Kept {
        NEVER,
        BY_SEED,
        ALWAYS,
        /** By all from some time on; until then nobody does. */
        SWITCHED;

        boolean everKeeps() {
            return this != NEVER;
        }
    }

    private static Lease lease(long millis) {
        return Lease.of(Duration.ofMillis(millis));
    }

    static SimKeeping of(SimOptions options, SimChance chance, Lease usual, int nodes) {
        double share = chance.uniform();
        Kept kept = options.kept();
        boolean switched = kept == Kept.SWITCHED || (kept == Kept.BY_SEED && share < 0.15);
        boolean always = kept == Kept.ALWAYS || (kept == Kept.BY_SEED && !switched && share < 0.5);
        if (!options.has("ledger") || !(switched || always)) {
            return new SimKeeping(NEVER, Map.of(), usual, usual);
        }
        if (switched) {
            return new SimKeeping(chance.upTo(3 * usual.nanos()), Map.of(), usual, usual);
        }
        Map<String, Lease> leases = new HashMap<>();
        if (chance.chance(0.5) && options.has("leases")) {
            for (int i = 1; i <= nodes; i++) {
                if (chance.chance(0.5)) {
                    leases.put("node-" + i, chance.oneOf(OTHERS));
                }
            }
        }
        Lease longest = leases.values().stream()
                .filter(lease -> lease.nanos() > usual.nanos())
                .reduce(usual, (one, other) -> one.nanos() > other.nanos() ? one : other);
        return new SimKeeping(0, leases, usual, longest);
    }

    /** Whether nobody keeps it at first, and all do later. */
    boolean isSwitched() {
        return from > 0 && from != NEVER;
    }

    /** Whether all keep it, and did from the beginning. */
    boolean isAlways() {
        return from == 0;
    }

    Lease leaseOf(String node) {
        return leases.getOrDefault(node, usual);
    }

    SimMember member(String node, long now) {
        return new SimMember(leaseOf(node), now >= from, longest);
    }

    /** One that keeps no ledger, whatever the others do. */
    SimMember stranger(String node) {
        return new SimMember(leaseOf(node), false, longest);
    }

    /** What whoever held the keys before was. */
    SimMember earlier() {
        return new SimMember(usual, from == 0, longest);
    }
}
