/**
 * What tests are made of: {@link dev.highlander.testkit.LocksContract} for those who write a lock service,
 * {@link dev.highlander.testkit.FakeLocks} and {@link dev.highlander.testkit.ManualTime} for those who use one, and {@link
 * dev.highlander.testkit.HighlanderTest} for those who do so with JUnit.
 */
@NullMarked
package dev.highlander.testkit;

import org.jspecify.annotations.NullMarked;
