package dev.highlander.supervisor;

import java.util.List;

/**
 * How many children there are.
 *
 * @param specs all, alive or not
 * @param active those that are alive
 * @param supervisors those with children of their own, alive or not
 * @param workers all others, alive or not
 */
public record ChildCounts(int specs, int active, int supervisors, int workers) {
    /** How many of these there are. */
    public static ChildCounts of(List<ChildInfo> children) {
        int active = (int) children.stream().filter(ChildInfo::alive).count();
        int supervisors = (int) children.stream()
                .filter(child -> child.type() == ChildType.SUPERVISOR)
                .count();
        return new ChildCounts(children.size(), active, supervisors, children.size() - supervisors);
    }
}
