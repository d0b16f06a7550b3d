package dev.highlander.supervisor;

/** Whether a child does work or looks after children of its own. */
public enum ChildType {
    /** It does work. */
    WORKER,
    /** It looks after children of its own: a tree, or the wrapper around a singleton. */
    SUPERVISOR
}
