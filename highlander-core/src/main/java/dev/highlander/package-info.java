/**
 * Run exactly one of anything across a cluster: claim a key, run the child while the key is provably ours, see it stopped
 * before anyone else can start theirs.
 *
 * <p>A {@link dev.highlander.Singleton} goes from STANDBY over SETTLING, STARTING and RUNNING to STOPPING and back. What
 * takes it where is decided by one class that knows no threads and no clock; a runner gives it both. Whatever is
 * uncertain counts as not held: when no check of the key was confirmed for a lease less the time that a stop takes, the
 * child is stopped, whether or not the lock service answers.
 */
@NullMarked
package dev.highlander;

import org.jspecify.annotations.NullMarked;
