package dev.highlander.cluster;

/**
 * Which view: those that one member installs have rising numbers, but two sides of a split may count alike.
 *
 * @param creator who made it
 */
record ViewId(long number, Peer creator) {}
