package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.Start;
import dev.highlander.time.Time;

/** A recipe for a child that needs the term under which it runs; see {@link Highlander#child}. */
@FunctionalInterface
public interface TermStart {
    /** Starts a child, under the rules of {@link Start#start}. */
    Child start(Term term) throws Exception;

    /** The same by that clock, under the rules of {@link Start#start(Time)}. */
    default Child start(Term term, Time time) throws Exception {
        return start(term);
    }
}
