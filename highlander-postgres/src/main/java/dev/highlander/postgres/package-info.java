/** Session advisory locks of Postgres as a lock service. */
@NullMarked
package dev.highlander.postgres;

import org.jspecify.annotations.NullMarked;
