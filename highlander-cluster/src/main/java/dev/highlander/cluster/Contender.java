package dev.highlander.cluster;

import java.time.Instant;
import java.util.UUID;

/**
 * A term that meets another one of the same key after a split has healed.
 *
 * @param node the node that runs it
 * @param run the id of this run of that node
 * @param token its token: the smaller one is of the older term
 * @param since when it was granted, by the clock of the node that granted it
 */
public record Contender(String node, UUID run, long token, Instant since) {}
