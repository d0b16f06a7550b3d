package dev.highlander.supervisor;

/**
 * A child in a list of children.
 *
 * @param id the id of its spec
 * @param type whether it has children of its own
 * @param alive whether it runs now, is being started or is being stopped
 */
public record ChildInfo(String id, ChildType type, boolean alive) {}
