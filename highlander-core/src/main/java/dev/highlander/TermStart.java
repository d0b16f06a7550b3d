package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.Start;

/** A recipe for a child that needs the term under which it runs; see {@link Highlander#child}. */
@FunctionalInterface
public interface TermStart {
    /** Starts a child, under the rules of {@link Start#start}. */
    Child start(Term term) throws Exception;
}
