package dev.highlander.drills;

import java.util.List;

/**
 * What one process wrote.
 *
 * @param process its name, which no other process of the drill has
 * @param lines in the order of writing
 */
public record NodeLog(String process, List<Line> lines) {
    public NodeLog {
        lines = List.copyOf(lines);
    }
}
