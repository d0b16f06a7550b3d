package dev.highlander.drills;

/**
 * Two bodies at once.
 *
 * @param one the process of the body with the smaller token
 * @param other the process of the body with the greater token
 * @param from since when, by {@link MachineClock}
 * @param nanos for how long
 */
public record Overlap(String one, String other, long from, long nanos) {}
