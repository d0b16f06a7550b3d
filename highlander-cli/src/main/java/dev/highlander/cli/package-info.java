/** The {@code highlander} command: runs a command once among all the machines that share a lock service. */
@NullMarked
package dev.highlander.cli;

import org.jspecify.annotations.NullMarked;
