package dev.highlander.drills;

/** What can happen to the process whose child runs. */
public enum Fault {
    SIGTERM("SIGTERM to the node"),
    SIGKILL("SIGKILL to the node"),
    FREEZE_NODE("node frozen, resumed after its successor began"),
    FREEZE_GROUP("node and command frozen, resumed likewise"),
    FREEZE_SHORT("node frozen for half a lease"),
    SILENCE("connection silent both ways"),
    SILENCE_TO_SERVER("connection silent towards the server"),
    SILENCE_FROM_SERVER("connection silent towards the node"),
    TERMINATE_BACKEND("pg_terminate_backend"),
    RESTART_FAST("server restart, fast"),
    RESTART_IMMEDIATE("server restart, immediate"),
    CRASH("server crash (SIGKILL)"),
    PROMOTION("standby promoted, nothing lost"),
    PROMOTION_LOST_TAIL("standby promoted that misses a term");

    private final String text;

    Fault(String text) {
        this.text = text;
    }

    /** For people. */
    @Override
    public String toString() {
        return text;
    }
}
