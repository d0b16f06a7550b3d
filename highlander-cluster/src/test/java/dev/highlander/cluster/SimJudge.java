package dev.highlander.cluster;

import dev.highlander.lock.Loss;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sees all nodes at once, and says what must not be. */
final class SimJudge {
    private final SimWorld world;
    private final Map<ClusterKey, Long> tokens = new HashMap<>();
    private final Map<Loss, Integer> losses = new EnumMap<>(Loss.class);
    private @Nullable String violation;
    private int starts;
    private int overlaps;
    private int receipts;
    private int alarms;

    SimJudge(SimWorld world) {
        this.world = world;
    }

    void started(SimNode node, SimChild child) {
        starts++;
        Long before = tokens.put(child.key, child.token);
        if (world.options.quorum() && before != null && before >= child.token) {
            violate("the token of " + child.key + " went from " + before + " to " + child.token);
        }
        look(node);
    }

    /** Two children at work at once: not allowed with a quorum, nor while nothing is wrong with the network. */
    void look(SimNode node) {
        for (SimChild child : node.children.values()) {
            for (SimNode other : world.alive()) {
                if (other == node || other.frozen) {
                    continue;
                }
                for (SimChild another : other.children.values()) {
                    if (another.key.equals(child.key)) {
                        overlaps++;
                        if (neverTwo()) {
                            violate("two run " + child.key + ": " + node + " under " + child.token + " and " + other
                                    + " under " + another.token);
                        }
                    }
                }
            }
        }
    }

    private boolean neverTwo() {
        return world.options.quorum() || !world.options.stormy();
    }

    void lost(Loss why) {
        losses.merge(why, 1, Integer::sum);
    }

    void receipt() {
        receipts++;
    }

    void alarm(String what) {
        alarms++;
        if (neverTwo()) {
            violate(what);
        }
    }

    /** When all has been well for long: one of each runs, and no more. */
    void expectOneOfEach() {
        for (ClusterKey key : world.keys) {
            List<SimNode> running = world.alive().stream()
                    .filter(node -> node.children.values().stream().anyMatch(child -> child.key.equals(key)))
                    .toList();
            boolean wanted = world.alive().stream().anyMatch(node -> node.claims.containsValue(key));
            if (running.size() > 1 || (running.isEmpty() && wanted)) {
                violate(key + " runs on " + running + " long after all was well");
            }
        }
    }

    private void violate(String what) {
        if (violation == null) {
            world.log("VIOLATION " + what);
            violation = what;
        }
    }

    @Nullable
    String violation() {
        return violation;
    }

    int starts() {
        return starts;
    }

    int overlaps() {
        return overlaps;
    }

    int receipts() {
        return receipts;
    }

    int conflicts() {
        return losses.getOrDefault(Loss.CONFLICT, 0);
    }

    int expiries() {
        return losses.getOrDefault(Loss.EXPIRED, 0);
    }

    int alarms() {
        return alarms;
    }
}
