/** The examples of the README. */
@NullMarked
package dev.highlander.readme;

import org.jspecify.annotations.NullMarked;
