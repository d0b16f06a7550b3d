package dev.highlander.postgres;

/**
 * Which history of a server's data something was written in: a standby that is promoted begins a timeline of its own,
 * without what it had not received; a copy restored by a dump is another system.
 *
 * @param system the system identifier that the cluster was given when it was made
 * @param timeline the timeline of its log
 */
record Lineage(long system, long timeline) {}
