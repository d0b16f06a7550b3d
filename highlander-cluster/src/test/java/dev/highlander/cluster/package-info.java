@NullMarked
package dev.highlander.cluster;

import org.jspecify.annotations.NullMarked;
