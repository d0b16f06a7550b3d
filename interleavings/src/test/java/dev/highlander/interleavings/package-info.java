/** What the interleaving tests share. */
@NullMarked
package dev.highlander.interleavings;

import org.jspecify.annotations.NullMarked;
