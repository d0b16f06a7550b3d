package dev.highlander.bench;

import dev.highlander.drills.DrillNode;
import dev.highlander.drills.NaiveNode;

/** A way to run one of something. */
enum Rival {
    HIGHLANDER("**Highlander**", DrillNode.class),
    BY_HAND("plain `pg_advisory_lock`", NaiveNode.class),
    SPRING("Spring leader election", SpringLeaderNode.class),
    SHEDLOCK("ShedLock", ShedLockNode.class);

    final String title;
    final Class<?> node;

    Rival(String title, Class<?> node) {
        this.title = title;
        this.node = node;
    }

    /** Whether its nodes may go on working beside their successor, so that a drill has to kill them. */
    boolean mayWorkOn() {
        return this != HIGHLANDER;
    }
}
