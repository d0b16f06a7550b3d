package dev.highlander.lock;

import java.util.OptionalLong;

/**
 * A check of a lock service that was confirmed, for whoever watches how well leases are kept.
 *
 * @param latency from its sending to its confirmation, in nanoseconds
 * @param left what was left at its confirmation, in nanoseconds, of the lease that it renews, by the hold that had least;
 *     empty if nothing was held
 */
public record Check(long latency, OptionalLong left) {}
