package dev.highlander.spring;

import dev.highlander.Highlander;

/** Changes the application's {@link Highlander} before anything is started by it; beans of this type are found, in order. */
@FunctionalInterface
public interface HighlanderCustomizer {
    /** Gives what is to be used instead, such as {@code highlander.restartInPlace(5, Duration.ofMinutes(1))}. */
    Highlander customize(Highlander highlander);
}
