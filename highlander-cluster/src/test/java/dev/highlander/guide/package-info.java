@NullMarked
package dev.highlander.guide;

import org.jspecify.annotations.NullMarked;
