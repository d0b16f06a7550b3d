/**
 * Drills: real processes on a real Postgres, killed, frozen and cut off while their child runs, and a judge that reads
 * what they wrote and looks for two copies.
 */
@NullMarked
package dev.highlander.drills;

import org.jspecify.annotations.NullMarked;
