/** The demo: a job that may run only once, three nodes that all want it, and everything that can go wrong, in a minute. */
@NullMarked
package dev.highlander.demo;

import org.jspecify.annotations.NullMarked;
