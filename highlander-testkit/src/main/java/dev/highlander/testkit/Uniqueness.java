package dev.highlander.testkit;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Watches over many claimants: no key startable twice at once, and tokens that only rise. */
final class Uniqueness {
    private final Map<Key, Hold> running = new HashMap<>();
    private final Map<Key, Long> tokens = new HashMap<>();
    private final Map<Key, Integer> terms = new HashMap<>();
    private final Set<Hold> ended = new HashSet<>();
    private final List<String> violations = new ArrayList<>();

    synchronized void begins(Hold hold) {
        Hold other = running.putIfAbsent(hold.key(), hold);
        if (other != null) {
            violations.add(hold.key() + ": term " + hold.token() + " begins within term " + other.token());
        }
        Long last = tokens.put(hold.key(), hold.token());
        if (last != null && last >= hold.token()) {
            violations.add(hold.key() + ": token " + hold.token() + " comes after " + last);
        }
        terms.merge(hold.key(), 1, Integer::sum);
        notifyAll();
    }

    /** To be called before the hold is released; true the first time. */
    synchronized boolean ends(Hold hold) {
        running.remove(hold.key(), hold);
        return ended.add(hold);
    }

    /** Waits until every one of {@code keys} has had {@code wanted} terms; false if that takes longer than {@code nanos}. */
    synchronized boolean awaitTerms(List<Key> keys, int wanted, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        while (keys.stream().anyMatch(key -> terms.getOrDefault(key, 0) < wanted)) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    synchronized Map<Key, Integer> terms() {
        return Map.copyOf(terms);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }
}
