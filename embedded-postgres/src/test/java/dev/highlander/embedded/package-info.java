/** Tests of the embedded server, all with real servers. */
@NullMarked
package dev.highlander.embedded;

import org.jspecify.annotations.NullMarked;
