package dev.highlander.supervisor;

/**
 * A child in a list of children.
 *
 * @param id the id of its spec
 * @param alive whether it runs now, is being started or is being stopped
 */
public record ChildInfo(String id, boolean alive) {}
