/**
 * What runs: child specs, the children that are started from them, and supervisors that look after these.
 *
 * <p>A child is started from a {@link dev.highlander.supervisor.ChildSpec}, ends by itself or is stopped, and tells when it
 * has ended. Whoever starts a child decides what its end means: a {@link dev.highlander.supervisor.Supervisor} restarts it,
 * and perhaps its siblings, or gives up, which is its own end. So a tree of them ends in one place that knows.
 */
@NullMarked
package dev.highlander.supervisor;

import org.jspecify.annotations.NullMarked;
