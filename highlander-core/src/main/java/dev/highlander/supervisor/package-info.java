/**
 * What runs: child specs, and the children that are started from them.
 *
 * <p>A child is started from a {@link dev.highlander.supervisor.ChildSpec}, ends by itself or is stopped, and tells when it
 * has ended. Whoever starts a child decides what its end means.
 */
@NullMarked
package dev.highlander.supervisor;

import org.jspecify.annotations.NullMarked;
