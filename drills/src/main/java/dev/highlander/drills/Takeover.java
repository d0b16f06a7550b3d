package dev.highlander.drills;

import java.util.OptionalLong;

/**
 * What a fault led to.
 *
 * @param fault what was done
 * @param at when
 * @param process to which process
 * @param hit whether its child was running: it had written within the last {@link Judge#FRESH} nanoseconds
 * @param took nanoseconds from the fault to the next start of a body; empty when the same body went on
 * @param idle nanoseconds for which nobody ran before that start
 */
public record Takeover(Fault fault, long at, String process, boolean hit, OptionalLong took, OptionalLong idle) {}
