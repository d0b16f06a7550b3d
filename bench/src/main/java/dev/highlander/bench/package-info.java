/** The same faults on other ways to run one of something, beside ours, in one run and under one judge. */
@NullMarked
package dev.highlander.bench;

import org.jspecify.annotations.NullMarked;
