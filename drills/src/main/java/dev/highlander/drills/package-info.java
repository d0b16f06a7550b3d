/**
 * Drills: real processes on a real Postgres, killed, frozen and cut off while their child runs, and a judge that reads
 * what they wrote and looks for two copies.
 *
 * <p>{@link dev.highlander.drills.DrillNode} is the process under test, {@link dev.highlander.drills.NaiveNode} the one
 * that people write by hand. A {@link dev.highlander.drills.Cluster} runs three of either kind, a
 * {@link dev.highlander.drills.Drill} does something to the one whose child runs, again and again, and the
 * {@link dev.highlander.drills.Judge} decides from the logs alone. That it finds the overlaps of the hand-written node
 * is what its silence about the other is worth.
 */
@NullMarked
package dev.highlander.drills;

import org.jspecify.annotations.NullMarked;
