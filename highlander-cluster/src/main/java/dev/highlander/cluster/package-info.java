/** A lock service that needs no server: nodes find each other, and the first of them keeps the registry of names. */
@NullMarked
package dev.highlander.cluster;

import org.jspecify.annotations.NullMarked;
