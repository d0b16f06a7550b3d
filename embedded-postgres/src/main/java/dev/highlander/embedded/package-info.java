/** A real Postgres server of a chosen major, on this machine, for as long as this JVM lives. */
@NullMarked
package dev.highlander.embedded;

import org.jspecify.annotations.NullMarked;
