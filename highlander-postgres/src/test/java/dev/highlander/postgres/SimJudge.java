package dev.highlander.postgres;

import dev.highlander.lock.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sees every child start and end, and knows what must never be. */
final class SimJudge {
    private static final long ROUNDING = 1000;

    private final SimWorld world;
    private final List<SimChild> alive = new ArrayList<>();
    private final Map<Key, Long> lastToken = new HashMap<>();
    private final Map<Key, SimHold> lastHold = new HashMap<>();
    private String violation;
    private long starts;
    private long strays;
    private long restarts;

    SimJudge(SimWorld world) {
        this.world = world;
    }

    /** What was first seen of what must never be, or null; kept, since those who are watched may catch what is thrown. */
    String violation() {
        return violation;
    }

    private void violated(String what) {
        if (violation == null) {
            violation = what;
        }
    }

    void started(SimChild child, long token) {
        starts++;
        alive.add(child);
        if (world.isTracing()) {
            world.say(child.process().name(), "START " + child.hold().key() + " term " + token);
        }
        Key key = child.hold().key();
        boolean again = lastHold.put(key, child.hold()) == child.hold(); // restarted in place
        Long before = token == Long.MAX_VALUE ? null : lastToken.put(key, token);
        if (before != null && (again ? before != token : before >= token)) {
            violated("the token went from " + before + " to " + token);
        }
        if (child.hold().isReleased()) {
            violated("a child was started under a hold that was given back on "
                    + child.process().name());
        }
        restarts += again ? 1 : 0;
        look();
    }

    void ended(SimChild child) {
        alive.remove(child);
        if (world.isTracing()) {
            world.say(child.process().name(), "STOP  " + child.hold().key());
        }
    }

    /** A key must not be another's while its child is there. */
    void givenBack(SimServer.Backend session, LockId lock) {
        for (SimChild child : alive) {
            if (child.hold().backend() == session && child.hold().lock().equals(lock)) {
                violated("the lock was given back while its child was alive on "
                        + child.process().name());
            }
        }
    }

    /** Locks stack: given back once, it would still be held. */
    void takenTwice(SimServer.Backend session) {
        violated("the session of " + session.node() + " took a lock that it held already");
    }

    /** Once a term is announced, the child of every earlier one is down. */
    void announced(SimServer.Backend session, LockId lock) {
        for (SimChild child : alive) {
            if (child.isActive()
                    && child.hold().backend() != session
                    && child.hold().lock().equals(lock)
                    && !isStray(child)) {
                violated("a term was announced by " + session.node() + " while the child of an earlier one ran on "
                        + child.process().name());
            }
        }
    }

    void releasedBeforeDown(SimChild child) {
        violated("the key was released while its child was alive on "
                + child.process().name());
    }

    void died(SimProcess process) {
        alive.removeIf(child -> child.process() == process);
    }

    /**
     * A process goes on after a freeze. A child whose lease has ended meanwhile may do one step before the watchdog runs:
     * that is counted, and its own check must refuse.
     */
    void thawed(SimProcess process) {
        for (SimChild child : alive) {
            if (child.process() == process && isOverdue(child) && othersRun(child)) {
                strays++;
                if (child.singleton().wouldLetAStepPass()) {
                    violated("ensureHeld let a step pass after the lease on " + process.name());
                }
            }
        }
        look();
    }

    private boolean othersRun(SimChild child) {
        return alive.stream()
                .anyMatch(other -> other != child
                        && other.isActive()
                        && other.hold().key().equals(child.hold().key()));
    }

    private boolean isOverdue(SimChild child) {
        return world.now() > child.trueDeadBy() + ROUNDING;
    }

    private boolean isStray(SimChild child) {
        return child.process().isWaking() && child.isOlderThanNow() && isOverdue(child);
    }

    /** At most one child of a key does anything, but for a stray step. */
    void look() {
        for (int i = 1; i < alive.size(); i++) {
            for (int j = 0; j < i; j++) {
                SimChild one = alive.get(i);
                SimChild other = alive.get(j);
                if (one.isActive()
                        && other.isActive()
                        && one.hold().key().equals(other.hold().key())
                        && !isStray(one)
                        && !isStray(other)) {
                    violated("two run " + one.hold().key() + ": on "
                            + one.process().name() + " and on "
                            + other.process().name());
                }
            }
        }
    }

    /** No child outlives its lease. */
    void timePassed() {
        for (int i = 0; i < alive.size(); i++) {
            SimChild child = alive.get(i);
            if (child.isActive() && isOverdue(child) && !child.process().isWaking()) {
                violated("the child on " + child.process().name() + " outlives its lease");
            }
        }
        look();
    }

    /** Whether exactly one child of each key runs. */
    boolean oneRunsEach(List<Key> keys) {
        return keys.stream()
                .allMatch(key -> alive.stream()
                                .filter(child -> child.hold().key().equals(key)
                                        && child.isActive()
                                        && child.singleton().isSettled())
                                .count()
                        == 1);
    }

    /** The children that run now. */
    List<SimChild> active() {
        return alive.stream().filter(SimChild::isActive).toList();
    }

    long starts() {
        return starts;
    }

    /** How many children were started in place of another, under its term. */
    long restarts() {
        return restarts;
    }

    long strays() {
        return strays;
    }
}
