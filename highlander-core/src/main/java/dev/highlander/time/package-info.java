/**
 * Clocks and timers as arguments, so that a test can turn them by hand.
 *
 * <p>Nothing in the project reads {@code System.nanoTime()} but {@link dev.highlander.time.Time#system()}.
 */
@NullMarked
package dev.highlander.time;

import org.jspecify.annotations.NullMarked;
