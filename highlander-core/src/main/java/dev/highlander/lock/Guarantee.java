package dev.highlander.lock;

import java.util.Optional;

/**
 * What a lock service promises.
 *
 * @param neverTwo whether two copies are impossible, under the assumptions that the service states
 * @param tokensFence whether a resource may refuse a smaller token than it has seen
 * @param lease how long a confirmed check is trusted; empty where a hold can't be lost while its process lives
 * @param bounds the worst that it comes to
 */
public record Guarantee(boolean neverTwo, boolean tokensFence, Optional<Lease> lease, Bounds bounds) {}
