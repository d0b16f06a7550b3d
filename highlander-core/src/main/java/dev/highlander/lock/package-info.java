/**
 * Where uniqueness comes from: the interface of a lock service, the keys it claims and the holds it grants.
 *
 * <p>A lock service decides who may run; it never runs anything. {@link dev.highlander.lock.LocalLocks} is the
 * one for a single machine.
 */
@NullMarked
package dev.highlander.lock;

import org.jspecify.annotations.NullMarked;
