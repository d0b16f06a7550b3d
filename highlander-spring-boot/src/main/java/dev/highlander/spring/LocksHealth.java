package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.lock.Locks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether this instance is well: its lock service is there, and nothing is stuck. A standby is well. For the health
 * indicators, which are another class in each line of Boot.
 */
public final class LocksHealth {
    private final Locks locks;
    private final Highlander highlander;
    private final LocksWatch watch;

    LocksHealth(Locks locks, Highlander highlander, LocksWatch watch) {
        this.locks = locks;
        this.highlander = highlander;
        this.watch = watch;
    }

    /**
     * How it is now.
     *
     * @param up whether it is well
     * @param details for people, by name
     */
    public record Report(boolean up, Map<String, Object> details) {}

    /** How it is now; from any thread, without I/O. */
    public Report report() {
        Reachability.Verdict verdict = watch.verdict();
        List<String> stuck = highlander.singletons().stream()
                .filter(singleton -> singleton.state() == State.STUCK)
                .map(Singleton::key)
                .map(Object::toString)
                .sorted()
                .toList();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("node", locks.node().name());
        details.put("locks", verdict.text());
        verdict.problem().ifPresent(problem -> {
            details.put("problem", problem.what());
            details.put("remedy", problem.remedy());
        });
        if (!stuck.isEmpty()) {
            details.put("stuck", stuck);
        }
        return new Report(verdict.well() && stuck.isEmpty(), details);
    }
}
